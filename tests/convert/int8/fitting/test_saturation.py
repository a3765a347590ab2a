"""The ranges of tensors that only an activation function reads end where it no longer tells values apart."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers, ops

from edgewright_convert.int8.fitting.saturation import relevant_range
from edgewright_convert.int8.network.keras_graph import graph_of
from edgewright_convert.int8.quantization_grids import ActivationRange

pytestmark = pytest.mark.numeric


def graph_with(function):
    """Of a model that computes the function behind a convolution, and the convolution's output."""
    inputs = keras.Input((4, 4, 3))
    x = layers.Conv2D(2, 1)(inputs)
    graph = graph_of(keras.Model(inputs, layers.Conv2D(2, 1)(function(x))))
    return graph, graph.steps[0].output


def range_before(function, low, high):
    graph, tensor = graph_with(function)
    return relevant_range(graph, graph.consumers(), tensor, ActivationRange(low, high))


def hard_sigmoid_written_out(x):
    return layers.ReLU(6.0)(x + 3.0) * (1 / 6)


@pytest.mark.parametrize(
    ("function", "low", "high"),
    [
        (layers.Activation("hard_silu"), -3, 12),
        (layers.Activation("hard_sigmoid"), -3, 3),
        (hard_sigmoid_written_out, -3, 3),
        (layers.ReLU(), 0, 12),
        (layers.ReLU(6.0), 0, 6),
        (layers.Activation("relu6"), 0, 6),
        (layers.LeakyReLU(0.1), -12, 12),
        (layers.Activation("softmax"), -12, 12),
        (layers.Activation(lambda x: ops.maximum(x, 0) + ops.mean(x) * 0), -12, 12),
    ],
    ids=["hard_silu", "hard_sigmoid", "written_out", "relu", "relu6", "relu6_function", "leaky", "softmax", "own"],
)
def test_range_ends_where_the_function_is_flat(function, low, high):
    found = range_before(function, -12.0, 12.0)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.02)


def test_silu_and_sigmoid_end_where_their_steps_no_longer_show_it():
    silu, sigmoid = (range_before(layers.Activation(name), -20.0, 20.0) for name in ("silu", "sigmoid"))
    assert -8 < silu.low < -4
    assert silu.high == 20
    assert -8 < sigmoid.low < -5
    assert 5 < sigmoid.high < 8


def test_tensor_that_something_else_reads_too_keeps_its_range():
    inputs = keras.Input((4, 4, 3))
    x = layers.Conv2D(2, 1)(inputs)
    graph = graph_of(keras.Model(inputs, layers.Add()([layers.ReLU()(x), x])))
    found = relevant_range(graph, graph.consumers(), graph.steps[0].output, ActivationRange(-5.0, 5.0))
    assert found == ActivationRange(-5.0, 5.0)


def test_output_of_the_model_keeps_its_range():
    inputs = keras.Input((4, 4, 3))
    graph = graph_of(keras.Model(inputs, layers.Conv2D(2, 1)(inputs)))
    found = relevant_range(graph, graph.consumers(), graph.output, ActivationRange(-5.0, 5.0))
    assert found == ActivationRange(-5.0, 5.0)


def test_function_that_tells_nothing_apart_leaves_the_range():
    assert range_before(layers.ReLU(), -5.0, 0.0) == ActivationRange(-5.0, 0.0)


FUNCTIONS = ("elu", "gelu", "hard_silu", "hard_sigmoid", "relu6", "selu", "sigmoid", "silu", "softplus", "tanh")


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(FUNCTIONS), st.floats(-40, 0), st.floats(0.1, 40))
def test_what_is_left_out_moves_the_output_by_less_than_its_rounding(name, low, high):
    found = range_before(layers.Activation(name), low, high)
    assert low <= found.low <= 0 <= found.high <= high
    values = np.linspace(low, high, 10_007, dtype=np.float32)
    function = keras.activations.get(name)
    whole, clipped = (np.asarray(function(each)) for each in (values, np.clip(values, found.low, found.high)))
    step = (max(whole.max(), 0) - min(whole.min(), 0)) / 255
    assert np.abs(whole - clipped).max() <= step / 2
