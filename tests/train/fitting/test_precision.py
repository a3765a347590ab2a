"""Mixed precision computes in half while it trains; what is kept is the float32 network of the same weights."""

import keras
import numpy as np
import pytest

from edgewright_train.fitting.precision import computing, copy_weights, half_policy

from ..tiny import tiny_network

pytestmark = pytest.mark.numeric


def mixed_network():
    with computing(mixed=True):
        return tiny_network()


def test_layers_compute_in_half_but_keep_float32_weights_and_probabilities():
    network = mixed_network()
    half = half_policy().removeprefix("mixed_")
    assert [layer.compute_dtype for layer in network.backbone_layers] == [half] * len(network.backbone_layers)
    assert {str(weight.dtype) for weight in network.model.weights} == {"float32"}
    assert network.model.output.dtype == "float32"
    assert keras.config.dtype_policy().name == "float32"


def test_without_it_everything_is_float32():
    with computing(mixed=False):
        assert {layer.compute_dtype for layer in tiny_network().model.layers} == {"float32"}


def test_float32_network_answers_as_the_mixed_one_that_it_has_the_weights_of():
    mixed, whole = mixed_network(), tiny_network(seed=9)
    copy_weights(mixed.model, whole.model)
    images = np.random.default_rng(0).uniform(0, 255, (4, 32, 32, 3)).astype(np.float32)
    np.testing.assert_allclose(np.asarray(whole.model(images)), np.asarray(mixed.model(images)), atol=0.02)
    for one, two in zip(mixed.model.get_weights(), whole.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
