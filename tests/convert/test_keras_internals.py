"""What Keras does not promise, held against the installed version; `make test-versions` runs it with the oldest."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from edgewright_convert.keras_internals import functional_of, layer_that_makes, run_through_graph

pytestmark = pytest.mark.numeric


@pytest.fixture
def branching():
    inputs = keras.Input((4,))
    x = layers.Dense(3, activation="relu", name="first")(inputs)
    return keras.Model(inputs, layers.Add(name="sum")([x, layers.Dense(3, name="second")(x)]))


def test_graph_is_walked_with_every_layer_called_in_order_and_gives_the_models_outputs(branching):
    given, called = np.ones((2, 4), np.float32), []

    def call(operation, *args, **kwargs):
        called.append(operation.name)
        return operation(*args, **kwargs)

    outputs = run_through_graph(branching, given, call)
    assert called == ["first", "second", "sum"]
    np.testing.assert_allclose(outputs, branching(given), rtol=1e-6)


def test_another_function_takes_the_place_of_a_layer(branching):
    def call(operation, *args, **kwargs):
        return 2 * args[0] if operation.name == "second" else operation(*args, **kwargs)

    given = np.ones((1, 4), np.float32)
    first = np.asarray(branching.get_layer("first")(given))
    np.testing.assert_allclose(run_through_graph(branching, given, call), 3 * first, rtol=1e-6)


def test_functional_model_is_its_own_and_a_sequential_one_has_one_inside(branching):
    assert functional_of(branching) is branching
    sequential = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    found = functional_of(sequential)
    given = np.ones((2, 4), np.float32)
    outputs = run_through_graph(found, given, lambda operation, *args, **kwargs: operation(*args, **kwargs))
    np.testing.assert_allclose(outputs, sequential(given), rtol=1e-6)


def test_model_that_computes_in_code_of_its_own_has_no_graph():
    class OwnCode(keras.Model):
        def call(self, inputs):
            return 2 * inputs

    assert functional_of(OwnCode()) is None
    assert functional_of(layers.Dense(3)) is None


def test_a_tensor_tells_the_layer_that_made_it(branching):
    assert layer_that_makes(branching.outputs[0]) is branching.get_layer("sum")
    outer = keras.Input((4,))
    assert layer_that_makes(branching(outer)) is branching
    assert layer_that_makes(np.zeros(3)) is None
