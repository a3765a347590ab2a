"""A Keras model of one output is taken apart before its sigmoid: body(x) @ kernel + bias is the logit."""

import keras
import numpy as np
import pytest
from keras import layers

from edgewright_convert.importing.float_models.keras_end import activation_of, before_sigmoid

from ....tolerances import SHALLOW

pytestmark = pytest.mark.numeric

VALUES = np.random.default_rng(0).normal(size=(8, 6)).astype(np.float32)


def _dense_sigmoid(x):
    return layers.Dense(1, activation="sigmoid", bias_initializer="ones")(x)


def _layer_apart(x):
    return layers.Activation("sigmoid")(layers.Dense(1, use_bias=False)(x))


def _operation_apart(x):
    return keras.ops.sigmoid(layers.Dense(1)(x))


def _relu_before(x):
    return layers.Activation("sigmoid")(layers.Dense(1, activation="relu")(x))


@pytest.mark.parametrize("end", [_dense_sigmoid, _layer_apart, _operation_apart, _relu_before])
@pytest.mark.parametrize("nested", [False, True])
def test_sigmoid_of_the_parts_is_the_model(end, nested):
    keras.utils.set_random_seed(2)
    inputs = keras.Input((6,))
    model = keras.Model(inputs, end(layers.Dense(5, activation="relu")(inputs)))
    if nested:
        outer = keras.Input((6,))
        model = keras.Model(outer, model(outer))
    parts = before_sigmoid(model)
    assert parts.sigmoid
    logit = np.asarray(parts.body([VALUES])) @ parts.kernel + parts.bias
    np.testing.assert_allclose(1 / (1 + np.exp(-logit)), np.asarray(model(VALUES)), rtol=SHALLOW, atol=SHALLOW)


def test_model_that_ends_in_no_sigmoid_stays_whole_up_to_its_dense_layer():
    inputs = keras.Input((6,))
    parts = before_sigmoid(keras.Model(inputs, layers.Dense(1, bias_initializer="ones")(inputs)))
    assert not parts.sigmoid
    assert parts.kernel.shape == (6, 1)
    assert parts.bias.tolist() == [1.0]


@pytest.mark.parametrize(
    ("operation", "name"),
    [(layers.Softmax(), "softmax"), (layers.Dense(2, activation="tanh"), "tanh"), (layers.Flatten(), None)],
)
def test_activation_that_shows_is_named(operation, name):
    assert activation_of(operation) == name
