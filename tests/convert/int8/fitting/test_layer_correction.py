"""Weights on their grids, biases to match, one layer after the other."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers
from numpy.typing import NDArray

from edgewright_convert.int8.correction_steps import CorrectionSteps
from edgewright_convert.int8.fitting.layer_correction import correct_in_order
from edgewright_convert.int8.network.folding import folded_model
from edgewright_convert.int8.network.graph_walk import has_levels, units_of
from edgewright_convert.int8.network.image_budget import image_budget
from edgewright_convert.int8.network.keras_graph import graph_of
from edgewright_convert.int8.quantization_grids import weight_scales

pytestmark = pytest.mark.numeric

Pixels = NDArray[np.uint8]


@pytest.mark.parametrize(
    "steps", [CorrectionSteps(), CorrectionSteps(regression=True, rounding=True, last_layer=True)], ids=str
)
def test_every_kernel_lies_on_its_int8_grid_afterwards(
    steps: CorrectionSteps, tiny_model: keras.Model, calibration: Pixels
) -> None:
    folded = folded_model(tiny_model)
    graph = graph_of(folded)
    correct_in_order(graph, calibration, steps)
    kernels = [step.operation.get_weights()[0] for step in graph.linear_steps()]
    assert len(kernels) == 9
    for kernel, step in zip(kernels, graph.linear_steps(), strict=True):
        depthwise = isinstance(step.operation, layers.DepthwiseConv2D)
        columns = kernel.reshape(-1, kernel.shape[2 if depthwise else -1]).astype(np.float64)
        codes = columns / weight_scales(columns)
        np.testing.assert_allclose(codes, np.rint(codes), atol=1e-3)
        assert np.abs(codes).max() < 127.001


def test_every_step_with_levels_of_its_own_gets_the_range_of_what_it_delivers(
    tiny_model: keras.Model, calibration: Pixels
) -> None:
    graph = graph_of(folded_model(tiny_model))
    ranges = correct_in_order(graph, calibration, CorrectionSteps())
    assert list(ranges) == [unit.name for unit in units_of(graph) if has_levels(unit)]
    assert all(found.low <= 0 <= found.high and found.low < found.high for found in ranges.values())
    relus = [step.operation.name for step in graph.steps if isinstance(step.operation, layers.ReLU)]
    assert relus
    assert all(ranges[name].low == 0 and ranges[name].high <= 6 for name in relus)


def test_little_memory_changes_which_images_are_looked_at_and_no_range_by_more_than_their_rounding(
    tiny_model: keras.Model, calibration: Pixels
) -> None:
    found, outputs = [], []
    for memory in (2**30, 2**20):
        folded = folded_model(tiny_model)
        graph = graph_of(folded)
        budget = image_budget(units_of(graph), len(calibration), memory)
        assert (budget.wide > 0) is (memory == 2**20)
        found.append(correct_in_order(graph, calibration, CorrectionSteps(), memory=memory))
        outputs.append(np.asarray(folded(calibration.astype(np.float32), training=False)))
    enough, little = found
    assert list(enough) == list(little)
    for name, each in enough.items():
        assert (little[name].low, little[name].high) == pytest.approx((each.low, each.high), abs=1e-4)
    assert np.abs(outputs[0] - outputs[1]).mean() < 0.04


def test_bias_takes_up_the_mean_error_of_each_channel(calibration: Pixels) -> None:
    inputs = keras.Input((32, 32, 3))
    outputs = layers.Conv2D(16, 3, name="convolution")(layers.Rescaling(1 / 255)(inputs))
    model = keras.Model(inputs, outputs)
    before = np.asarray(model(calibration.astype(np.float32)))
    folded = folded_model(model)
    correct_in_order(graph_of(folded), calibration, CorrectionSteps())
    error = np.asarray(folded(calibration.astype(np.float32))) - before
    assert np.abs(error).max() > 1e-4  # the kernel did change
    assert np.abs(error.mean(axis=(0, 1, 2))).max() < 0.05 * np.abs(error).mean()
