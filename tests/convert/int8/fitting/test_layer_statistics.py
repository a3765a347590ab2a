"""Moments of a layer's inputs and outputs, from which kernels are fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from keras import layers

from edgewright_convert.int8.fitting.layer_statistics import Positions, means_of, positions_of, total
from edgewright_convert.int8.network.graph_walk import Stored
from edgewright_convert.int8.quantization_grids import ActivationRange

pytestmark = pytest.mark.numeric

LAYERS = {
    "dense": (lambda: layers.Dense(4), (30, 6)),
    "valid": (lambda: layers.Conv2D(4, 3), (5, 9, 7, 2)),
    "same with stride": (lambda: layers.Conv2D(4, 3, strides=2, padding="same"), (5, 9, 8, 2)),
    "dilated": (lambda: layers.Conv2D(3, (1, 3), dilation_rate=2, padding="same"), (5, 9, 8, 2)),
    "depthwise": (lambda: layers.DepthwiseConv2D(3, padding="same"), (5, 8, 8, 4)),
    "depthwise with stride": (lambda: layers.DepthwiseConv2D(3, strides=2), (5, 9, 9, 4)),
    "wider than what is drawn": (lambda: layers.Conv2D(2, 3, padding="same"), (3, 40, 37, 2)),
}
EVERYTHING = slice(0, 100)


def built(layer: Any, inputs: np.ndarray) -> Any:
    """The layer with random weights."""
    layer.build(inputs.shape)
    draw = np.random.default_rng(1)
    layer.set_weights([draw.normal(size=weights.shape) for weights in layer.get_weights()])
    return layer


def grouped(layer: Any) -> np.ndarray:
    kernel = layer.get_weights()[0].astype(np.float64)
    if isinstance(layer, layers.DepthwiseConv2D):
        return kernel.reshape(-1, kernel.shape[2]).T[:, :, np.newaxis]
    return kernel.reshape(1, -1, kernel.shape[-1])


@pytest.mark.parametrize("name", LAYERS)
def test_taps_are_those_under_the_kernel(name: str) -> None:
    """Outputs are inputs times kernel and the bias, and they are among those that the layer itself gives."""
    layer, shape = LAYERS[name]
    inputs = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    layer = built(layer(), inputs)
    found = positions_of(layer, Stored(inputs), Stored(inputs), EVERYTHING, seed=0)
    bias = layer.get_weights()[1]
    bias = bias[:, np.newaxis, np.newaxis] if isinstance(layer, layers.DepthwiseConv2D) else bias
    np.testing.assert_allclose(found.inputs @ grouped(layer) + bias, found.outputs, rtol=1e-4, atol=1e-4)
    given = np.asarray(layer(inputs)).reshape(-1, layer.get_weights()[1].size)
    rows = found.outputs[0] if found.outputs.shape[0] == 1 else found.outputs[:, :, 0].T
    nearest = np.abs(rows[:, np.newaxis] - given[np.newaxis]).max(axis=2).min(axis=1)
    assert nearest.max() < 1e-4
    assert len(rows) == (len(given) if "wider" not in name else 3 * 16 * 16)


@pytest.mark.parametrize("name", LAYERS)
def test_means_alone_are_those_of_the_positions(name: str) -> None:
    layer, shape = LAYERS[name]
    exact = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    layer = built(layer(), exact)
    to = ActivationRange(-3.0, 3.0)
    rounded = Stored(to.codes(exact), to)
    whole = positions_of(layer, Stored(exact), rounded, EVERYTHING, seed=3).means()
    means = means_of(layer, Stored(exact), rounded, EVERYTHING, seed=3)
    assert means.count == whole.count
    np.testing.assert_allclose(means.inputs, whole.inputs, rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(means.outputs, whole.outputs, rtol=1e-4, atol=1e-3)


def test_bias_gives_another_kernel_the_means_of_the_outputs() -> None:
    draw = np.random.default_rng(0)
    inputs, outputs = (draw.normal(2, 1, (1, 50, size)).astype(np.float32) for size in (6, 3))
    kernel = draw.normal(size=(1, 6, 3))
    bias = Positions(inputs, outputs).means().bias_for(kernel)
    np.testing.assert_allclose((inputs @ kernel + bias).mean(axis=1), outputs.mean(axis=1), atol=1e-5)


def test_moments_of_parts_add_up_to_those_of_the_whole() -> None:
    draw = np.random.default_rng(0)
    inputs, outputs = (draw.normal(size=(1, 20, size)).astype(np.float32) for size in (6, 3))
    parts = [Positions(inputs[:, part], outputs[:, part]).moments() for part in (slice(0, 7), slice(7, 20))]
    together = total(parts)
    assert together.count == 20
    np.testing.assert_allclose(together.covariance()[0], np.cov(inputs[0].T, bias=True), atol=1e-5)
    both = np.cov(inputs[0].T, outputs[0].T, bias=True)[:6, 6:]
    np.testing.assert_allclose(together.cross_covariance()[0], both, atol=1e-5)


def test_covariance_is_kept_where_the_mean_is_far_greater_than_the_spread() -> None:
    draw = np.random.default_rng(0)
    inputs = (10_000 + draw.normal(size=(1, 500, 2))).astype(np.float32)
    found = Positions(inputs, inputs[:, :, :1]).moments().covariance()[0]
    np.testing.assert_allclose(found, np.cov(inputs[0].T.astype(np.float64), bias=True), rtol=1e-3, atol=1e-3)
