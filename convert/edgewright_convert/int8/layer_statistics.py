"""What a linear layer's inputs and reference outputs have in common, summed over images and positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .keras_graph import is_depthwise

_SIDE = 16
"""Rows and columns of each image's output that are looked at: 200 images give 51,200 positions, enough for kernels of
a few hundred inputs, and neighbours say nearly the same anyway."""


@dataclass(frozen=True)
class Moments:
    """Sums over positions. A depthwise layer has one group per channel with one output each; others have one group.

    Attributes:
        count: positions.
        inputs: shape (groups, inputs).
        outputs: shape (groups, outputs).
        squares: inputs by inputs, shape (groups, inputs, inputs).
        products: inputs by outputs, shape (groups, inputs, outputs).
    """

    count: int
    inputs: NDArray[np.float64]
    outputs: NDArray[np.float64]
    squares: NDArray[np.float64]
    products: NDArray[np.float64]

    def __add__(self, other: Moments) -> Moments:
        """Both together."""
        return Moments(
            self.count + other.count,
            self.inputs + other.inputs,
            self.outputs + other.outputs,
            self.squares + other.squares,
            self.products + other.products,
        )

    def covariance(self) -> NDArray[np.float64]:
        """Of the inputs, shape (groups, inputs, inputs). Means are left out: the bias takes care of them."""
        mean = self.inputs / self.count
        return self.squares / self.count - mean[:, :, np.newaxis] * mean[:, np.newaxis, :]

    def cross_covariance(self) -> NDArray[np.float64]:
        """Of inputs with outputs, shape (groups, inputs, outputs)."""
        means = (self.inputs / self.count)[:, :, np.newaxis] * (self.outputs / self.count)[:, np.newaxis, :]
        return self.products / self.count - means


def total(moments: Sequence[Moments]) -> Moments:
    """All of them together."""
    result = moments[0]
    for more in moments[1:]:
        result = result + more
    return result


def moments_of(layer: Any, inputs: NDArray[np.float32], outputs: NDArray[np.float32], *, seed: int) -> Moments:
    """Of some images.

    Args:
        layer: a convolution, depthwise convolution or dense layer.
        inputs: float32, what the layer is given, (n, height, width, channels) or (n, ..., channels).
        outputs: float32, what it should make of them.
        seed: of the positions drawn.
    """
    taps, reference = (
        _of_positions(layer, inputs, outputs, seed)
        if hasattr(layer, "kernel_size")
        else (inputs.reshape(-1, 1, inputs.shape[-1]), outputs.reshape(-1, outputs.shape[-1]))
    )
    # In float64: where a mean is far greater than the spread, float32 would leave no covariance worth the name.
    taps, reference = taps.astype(np.float64), reference.astype(np.float64)
    count, size, channels = taps.shape
    if is_depthwise(layer):
        grouped = np.ascontiguousarray(taps.transpose(2, 1, 0))
        targets = np.ascontiguousarray(reference.T)[:, np.newaxis]
    else:
        grouped = np.ascontiguousarray(taps.reshape(1, count, size * channels).transpose(0, 2, 1))
        targets = np.ascontiguousarray(reference.T)[np.newaxis]
    return Moments(
        count,
        grouped.sum(axis=2),
        targets.sum(axis=2),
        np.asarray(grouped @ grouped.transpose(0, 2, 1), np.float64),
        np.asarray(grouped @ targets.transpose(0, 2, 1), np.float64),
    )


def _of_positions(
    layer: Any, inputs: NDArray[np.float32], outputs: NDArray[np.float32], seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What lies under the kernel at drawn positions (positions, taps, channels), and the outputs reference there."""
    draw = np.random.default_rng(seed)
    rows, columns = (np.sort(draw.choice(size, min(size, _SIDE), replace=False)) for size in outputs.shape[1:3])
    padding = [_padding(layer, axis, inputs.shape[1 + axis]) for axis in (0, 1)]
    padded = np.pad(inputs, [(0, 0), *padding, (0, 0)]) if any(map(any, padding)) else inputs
    (step_down, step_right), (apart_down, apart_right) = layer.strides, layer.dilation_rate
    taps = [
        padded[:, (rows * step_down + i * apart_down)[:, np.newaxis], columns * step_right + j * apart_right]
        for i in range(layer.kernel_size[0])
        for j in range(layer.kernel_size[1])
    ]
    stacked = np.stack(taps, axis=3)
    reference = outputs[:, rows[:, np.newaxis], columns]
    return stacked.reshape(-1, *stacked.shape[3:]), reference.reshape(-1, reference.shape[-1])


def _padding(layer: Any, axis: int, size: int) -> tuple[int, int]:
    """Zeros before and after, as TensorFlow pads for 'same'."""
    if layer.padding != "same":
        return 0, 0
    stride, reach = layer.strides[axis], (layer.kernel_size[axis] - 1) * layer.dilation_rate[axis] + 1
    missing = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return missing // 2, missing - missing // 2
