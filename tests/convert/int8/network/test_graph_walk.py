"""A graph computed step by step on all images at once."""

from __future__ import annotations

import itertools
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from numpy.typing import NDArray

from edgewright_convert.int8.network.folding import folded_model
from edgewright_convert.int8.network.graph_walk import (
    Stored,
    Unit,
    Values,
    carried,
    computed,
    drop,
    has_levels,
    joined,
    ranges_joined,
    units_of,
    with_leftovers,
)
from edgewright_convert.int8.network.keras_graph import Graph, graph_of
from edgewright_convert.int8.quantization_grids import ActivationRange

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def graph(tiny_model: keras.Model) -> Graph:
    return graph_of(folded_model(tiny_model))


def test_walk_over_all_images_gives_the_models_outputs_and_keeps_no_tensor_that_is_done(
    graph: Graph, tiny_model: keras.Model, held_out: NDArray[np.uint8]
) -> None:
    images = held_out[:45].astype(np.float32)  # two whole chunks and a part of one
    values: Values = {id(graph.input): Stored(images)}
    most = 0
    for unit, leftovers in with_leftovers(graph, units_of(graph)):
        values[id(unit.output)] = computed(unit, values)
        most = max(most, len(values))
        drop(values, leftovers)
    assert list(values) == [id(graph.output)]
    assert most == 3  # a residual sum reads two tensors and makes one
    assert np.abs(values[id(graph.output)].values - np.asarray(tiny_model(images, training=False))).max() < 1e-5


def test_output_on_levels_is_kept_as_bytes_that_mean_what_fake_quantization_makes(
    graph: Graph, held_out: NDArray[np.uint8]
) -> None:
    first = Unit((graph.steps[0],))
    values = {id(graph.input): Stored(held_out[:3].astype(np.float32))}
    exact, to = computed(first, values).values, ActivationRange(-0.3, 1.7)
    found = computed(first, values, to)
    assert found.values.dtype == np.uint8
    np.testing.assert_allclose(found.real(slice(0, 3)), np.asarray(to.quantized(exact)), atol=1e-6)


def test_operators_are_linear_steps_and_sums_with_the_relu_behind_them(graph: Graph) -> None:
    units = units_of(graph)
    assert [step for unit in units for step in unit.steps] == list(graph.steps)
    kinds = [[type(step.operation).__name__ for step in unit.steps] for unit in units]
    assert kinds.count(["Conv2D", "ReLU"]) == 4
    assert kinds.count(["DepthwiseConv2D", "ReLU"]) == 2
    assert ["Add"] in kinds


def ranged(outputs_of: Any) -> list[str]:
    """The names of the operations that get a range of their own, in order."""
    inputs = keras.Input((8, 8, 3))
    graph = graph_of(keras.Model(inputs, outputs_of(inputs)))
    return [unit.name for unit in units_of(graph) if has_levels(unit)]


def test_convolution_and_sum_share_the_range_of_the_relu_behind_them() -> None:
    def outputs_of(x: Any) -> Any:
        x = layers.ReLU(6.0, name="relu")(layers.Conv2D(4, 3, padding="same", name="convolution")(x))
        return layers.ReLU(name="relu_of_sum")(layers.Add(name="sum")([x, x]))

    assert ranged(outputs_of) == ["relu", "relu_of_sum"]


def test_relu_that_is_not_alone_in_reading_leaves_the_convolution_its_range() -> None:
    def outputs_of(x: Any) -> Any:
        x = layers.Conv2D(4, 3, name="convolution")(x)
        return layers.Add(name="sum")([x, layers.ReLU(name="relu")(x)])

    assert ranged(outputs_of) == ["convolution", "relu", "sum"]


def test_what_moves_values_and_what_gives_probabilities_has_no_range_of_its_own() -> None:
    def outputs_of(x: Any) -> Any:
        x = layers.MaxPooling2D(name="pool")(layers.ZeroPadding2D(name="pad")(x))
        x = layers.Dense(5, name="logits")(layers.Flatten(name="flat")(x))
        return layers.Softmax(name="probabilities")(x)

    assert ranged(outputs_of) == ["logits"]


@pytest.mark.parametrize("quantized", [False, True])
def test_images_that_are_carried_through_the_first_units_come_out_as_if_all_were_stored(
    quantized: bool, graph: Graph, held_out: NDArray[np.uint8]
) -> None:
    units, first = units_of(graph), 5
    found = carried(graph, units, first, held_out[:23])
    values: Values = {id(graph.input): Stored(held_out[:23].astype(np.float32))}
    grids = found.ranges if quantized else None
    for unit, leftovers in itertools.islice(with_leftovers(graph, units), first):
        made = computed(unit, values, found.ranges.get(unit.name) if quantized else None)
        if not quantized and has_levels(unit):
            assert found.ranges[unit.name].high == pytest.approx(ActivationRange.of(made.values).high, rel=1e-5)
        values[id(unit.output)] = made
        drop(values, leftovers)
    again = carried(graph, units, first, held_out[:23], grids)
    assert again.values.keys() == values.keys()
    for key, stored in values.items():
        assert again.values[key].grid == stored.grid
        step = 1 if quantized else 1e-4  # a level, where another order of summation rounds another way
        difference = np.abs(again.values[key].values.astype(np.float64) - stored.values)
        assert difference.max() <= step
        assert difference.mean() <= step / 100


def test_tensors_and_ranges_of_two_sets_of_images_are_joined(graph: Graph, held_out: NDArray[np.uint8]) -> None:
    units = units_of(graph)
    one, other = carried(graph, units, 3, held_out[:4]), carried(graph, units, 3, held_out[4:10])
    both = carried(graph, units, 3, held_out[:10])
    for key, stored in joined(one.values, other.values).items():
        np.testing.assert_allclose(stored.values, both.values[key].values, atol=1e-5)
    for name, found in both.ranges.items():
        together = ranges_joined([one.ranges[name], other.ranges[name]])
        assert (together.low, together.high) == pytest.approx((found.low, found.high), abs=1e-5)
