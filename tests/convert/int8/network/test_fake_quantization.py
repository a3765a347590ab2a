"""A model's computation with the ranges of its activations written into it."""

import numpy as np
import pytest
import tensorflow as tf

from edgewright_convert.int8.network.fake_quantization import (
    in_layer_scopes,
    labelled_layers,
    range_label,
    with_fake_quantization,
)
from edgewright_convert.int8.network.folding import folded_model
from edgewright_convert.int8.quantization_grids import ActivationRange

from ....tolerances import assert_probabilities_close

pytestmark = pytest.mark.numeric

WIDE = ActivationRange(-300.0, 300.0)


@pytest.fixture(scope="module")
def folded(tiny_model):
    return folded_model(tiny_model)


def operators(computed):
    spec = tf.TensorSpec((1, 32, 32, 3), tf.float32)
    return list(tf.function(computed, autograph=False).get_concrete_function(spec).graph.get_operations())


def test_layer_with_a_range_gets_one_operator_under_its_label(folded):
    name = folded.layers[3].name
    found = operators(with_fake_quantization(folded, {name: WIDE}))
    quantized = [each for each in found if each.type == "FakeQuantWithMinMaxArgs"]
    labels = labelled_layers(folded, {name: WIDE})
    assert list(labels.values()) == [name]
    (label,) = labels
    assert len([each for each in quantized if each.name.split("/")[-1] == label]) == 1
    # The pixels and the probabilities have theirs in any case.
    assert len(quantized) == 3


def test_outputs_are_on_the_grid_of_256_levels(folded, held_out):
    outputs = np.asarray(with_fake_quantization(folded, {})(held_out[:8].astype(np.float32)))
    steps = outputs * 256
    np.testing.assert_allclose(steps, np.round(steps), atol=1e-3)


def test_scopes_name_the_layers_and_change_nothing(folded, held_out):
    computed = in_layer_scopes(folded)
    given = held_out[:8].astype(np.float32)
    assert_probabilities_close(np.asarray(computed(given)), np.asarray(folded(given, training=False)))
    names = {each.name for each in operators(computed)}
    weighted = [layer.name for layer in folded.layers if layer.weights]
    assert weighted
    assert all(any(f"layer>{layer}/" in name for name in names) for layer in weighted)


def test_labels_are_names_that_tensorflow_takes():
    with tf.Graph().as_default():
        assert tf.identity(1.0, name=range_label(12)).op.name == range_label(12)
