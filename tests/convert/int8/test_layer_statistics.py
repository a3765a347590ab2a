"""Moments of a layer's inputs and outputs, from which kernels are fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from keras import layers

from edgewright_convert.int8.layer_statistics import moments_of, total

pytestmark = pytest.mark.numeric


def built(layer: Any, inputs: np.ndarray) -> tuple[Any, np.ndarray]:
    """The layer with random weights, and what it makes of the inputs without its bias."""
    outputs = np.asarray(layer(inputs))
    draw = np.random.default_rng(1)
    kernel, bias = layer.get_weights()
    layer.set_weights([draw.normal(size=kernel.shape), np.zeros_like(bias)])
    return layer, np.asarray(layer(inputs), outputs.dtype)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Dense(4), (30, 6)),
        (layers.Conv2D(4, 3), (5, 9, 7, 2)),
        (layers.Conv2D(4, 3, strides=2, padding="same"), (5, 9, 8, 2)),
        (layers.Conv2D(3, (1, 3), dilation_rate=2, padding="same"), (5, 9, 8, 2)),
        (layers.DepthwiseConv2D(3, padding="same"), (5, 8, 8, 4)),
        (layers.DepthwiseConv2D(3, strides=2), (5, 9, 9, 4)),
    ],
    ids=["dense", "valid", "same with stride", "dilated", "depthwise", "depthwise with stride"],
)
def test_the_layers_own_kernel_follows_from_its_moments(layer: Any, shape: tuple[int, ...]) -> None:
    """Outputs are inputs times kernel, so cross-covariance is covariance times kernel: the taps are the right ones."""
    inputs = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    layer, outputs = built(layer, inputs)
    moments = moments_of(layer, inputs, outputs, seed=0)
    kernel = layer.get_weights()[0]
    if isinstance(layer, layers.DepthwiseConv2D):
        grouped = kernel.reshape(-1, kernel.shape[2]).T[:, :, np.newaxis]
    else:
        grouped = kernel.reshape(1, -1, kernel.shape[-1])
    np.testing.assert_allclose(moments.covariance() @ grouped, moments.cross_covariance(), rtol=1e-3, atol=1e-4)


def test_moments_of_parts_add_up_to_those_of_the_whole() -> None:
    draw = np.random.default_rng(0)
    layer, inputs, outputs = layers.Dense(3), draw.normal(size=(20, 6)), draw.normal(size=(20, 3))
    layer.build((None, 6))
    parts = [moments_of(layer, inputs[part], outputs[part], seed=0) for part in (slice(0, 7), slice(7, 20))]
    together = total(parts)
    assert together.count == 20
    np.testing.assert_allclose(together.covariance()[0], np.cov(inputs.T, bias=True), atol=1e-12)


def test_covariance_is_kept_where_the_mean_is_far_greater_than_the_spread() -> None:
    draw = np.random.default_rng(0)
    inputs = (10_000 + draw.normal(size=(500, 2))).astype(np.float32)
    layer = layers.Dense(1)
    layer.build((None, 2))
    found = moments_of(layer, inputs, inputs[:, :1], seed=0).covariance()[0]
    np.testing.assert_allclose(found, np.cov(inputs.T.astype(np.float64), bias=True), rtol=1e-4, atol=1e-4)
