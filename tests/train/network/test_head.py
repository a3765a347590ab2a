"""The head has the layers that were asked for, and gives probabilities that a loss and a converter take as they are."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from edgewright_train.network.head import classifier_head, pooling

from ...tolerances import PROBABILITY_SUM
from ..tiny import PLAIN_HEAD

MAPS = np.random.default_rng(0).normal(0, 1, (4, 3, 3, 5)).astype(np.float32)
FULL = replace(
    PLAIN_HEAD,
    batch_norm=True,
    dropout=0.2,
    layers=(8, 6),
    activation="elu",
    layer_batch_norm=True,
    layer_dropout=0.3,
    l2=1e-3,
)


@pytest.fixture
def half_precision():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(before)


def through(layers, values):
    for layer in layers:
        values = layer(values)
    return values


@pytest.mark.usefixtures("half_precision")
def test_probabilities_are_float32_where_the_backbone_computes_in_float16():
    features = keras.layers.Dense(4)(keras.Input((4,)))
    assert features.dtype == "float16"
    assert through(classifier_head(FULL, 3), features).dtype == "float32"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("average", MAPS.mean(axis=(1, 2))),
        ("max", MAPS.max(axis=(1, 2))),
        ("both", np.concatenate([MAPS.mean(axis=(1, 2)), MAPS.max(axis=(1, 2))], axis=1)),
    ],
)
def test_pooling_takes_the_average_the_largest_or_both(kind, expected):
    maps = keras.Input((3, 3, 5))
    model = keras.Model(maps, pooling(replace(PLAIN_HEAD, pooling=kind))(maps))
    assert model.layers[-1].name == "pooling"
    np.testing.assert_allclose(np.asarray(model(MAPS)), expected, rtol=1e-5, atol=1e-6)


def test_plain_head_is_dropout_and_one_dense_layer():
    assert [layer.name for layer in classifier_head(PLAIN_HEAD, 3)] == ["dropout", "probabilities"]
    assert [layer.name for layer in classifier_head(replace(PLAIN_HEAD, dropout=0.0), 3)] == ["probabilities"]


def test_all_that_a_head_can_have_stands_in_its_order():
    assert [layer.name for layer in classifier_head(FULL, 3)] == [
        "head_norm",
        "dropout",
        "dense_1",
        "dense_1_activation",
        "dense_1_norm",
        "dense_1_dropout",
        "dense_2",
        "dense_2_activation",
        "dense_2_norm",
        "dense_2_dropout",
        "probabilities",
    ]


def test_dense_layers_have_their_units_and_their_activation():
    layers = {layer.name: layer for layer in classifier_head(FULL, 3)}
    assert [layers[name].units for name in ("dense_1", "dense_2", "probabilities")] == [8, 6, 3]
    np.testing.assert_allclose(np.asarray(layers["dense_1_activation"](np.float32([-1, 2]))), [np.exp(-1) - 1, 2], 1e-5)


def test_l2_is_of_the_kernels_of_the_hidden_layers():
    layers = classifier_head(FULL, 3)
    through(layers, keras.Input((5,)))
    kernels = [np.asarray(layer.kernel) for layer in layers if layer.name in {"dense_1", "dense_2"}]
    penalty = sum(float(loss) for layer in layers for loss in layer.losses)
    assert penalty == pytest.approx(1e-3 * sum((kernel**2).sum() for kernel in kernels), rel=1e-4)


def test_probabilities_sum_to_one_for_every_class_asked_for():
    inputs = keras.Input((5,))
    model = keras.Model(inputs, through(classifier_head(FULL, 7), inputs))
    probabilities = np.asarray(model(np.random.default_rng(1).normal(0, 3, (4, 5)).astype(np.float32)))
    assert probabilities.shape == (4, 7)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=PROBABILITY_SUM)
