"""What a linear layer's inputs and reference outputs have in common, summed over images and positions."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..network.graph_walk import Stored
from ..network.keras_graph import is_depthwise, weights_of

_SIDE = 16
"""Rows and columns of each image's output that are looked at: 200 images give 51,200 positions, enough for kernels of
a few hundred inputs, and neighbours say nearly the same anyway."""


@dataclass(frozen=True)
class Means:
    """Of a layer's inputs and of the outputs that they should give, over positions; see `Moments` for the groups.

    Attributes:
        count: positions.
        inputs: sums, shape (groups, inputs).
        outputs: sums, shape (groups, outputs).
    """

    count: int
    inputs: NDArray[np.float64]
    outputs: NDArray[np.float64]

    def bias_for(self, kernel: NDArray[np.float64]) -> NDArray[np.float64]:
        """The bias, shape (groups, outputs), with which a kernel (groups, inputs, outputs) has the outputs' means."""
        return np.asarray((self.outputs - np.einsum("gi,gio->go", self.inputs, kernel)) / self.count)


@dataclass(frozen=True)
class Moments(Means):
    """Sums over positions. A depthwise layer has one group per channel with one output each; others have one group.

    Attributes:
        squares: inputs by inputs, shape (groups, inputs, inputs).
        products: inputs by outputs, shape (groups, inputs, outputs).
    """

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


def total(moments: Iterable[Moments]) -> Moments:
    """All of them together; they are added up as they come."""
    return functools.reduce(operator.add, moments)


@dataclass(frozen=True)
class Positions:
    """What lies under a layer's kernel at drawn positions of some images.

    Attributes:
        inputs: as the layer is given them, float32, shape (groups, positions, inputs).
        outputs: that it should give, float32, shape (groups, positions, outputs).
    """

    inputs: NDArray[np.float32]
    outputs: NDArray[np.float32]

    def means(self) -> Means:
        """Their sums."""
        inputs, outputs = (part.sum(axis=1, dtype=np.float64) for part in (self.inputs, self.outputs))
        return Means(self.inputs.shape[1], inputs, outputs)

    def moments(self) -> Moments:
        """Their sums and those of their products.

        Products are of what is left of the mean, and the mean is put back in float64: where it is far greater than the
        spread, float32 would leave no covariance worth the name.
        """
        sums = self.means()
        # As float32 has the means: what was taken off is put back to the last bit.
        given, wanted = ((part / sums.count).astype(np.float32) for part in (sums.inputs, sums.outputs))
        x, y = self.inputs - given[:, np.newaxis], self.outputs - wanted[:, np.newaxis]
        across = x.transpose(0, 2, 1)
        return Moments(
            sums.count,
            sums.inputs,
            sums.outputs,
            _with_means(across @ x, sums.inputs, sums.inputs, given, given, sums.count),
            _with_means(across @ y, sums.inputs, sums.outputs, given, wanted, sums.count),
        )


def _with_means(
    products: NDArray[np.float32],
    sums_x: NDArray[np.float64],
    sums_y: NDArray[np.float64],
    mean_x: NDArray[np.float32],
    mean_y: NDArray[np.float32],
    count: int,
) -> NDArray[np.float64]:
    """The sum of x y from that of (x - mean_x)(y - mean_y), and from those of x and y."""

    def outer(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.float64]:
        return np.asarray(one[:, :, np.newaxis] * other[:, np.newaxis, :], np.float64)

    of_x, of_y = mean_x.astype(np.float64), mean_y.astype(np.float64)
    return products.astype(np.float64) + outer(sums_x, of_y) + outer(of_x, sums_y) - count * outer(of_x, of_y)


def positions_of(layer: Any, exact: Stored, rounded: Stored, images: slice, *, seed: int) -> Positions:
    """The positions of some images.

    Args:
        layer: a convolution, depthwise convolution or dense layer with its float weights.
        exact: what the layer is given in the float model; its outputs are those that it should give.
        rounded: what the layer is given where all before it is quantized.
        images: which.
        seed: of the positions drawn.
    """
    kernel, bias = weights_of(layer)
    wanted, given = (_taps(layer, each, images, seed) for each in (exact, rounded))
    if not is_depthwise(layer):
        inputs, reference = (np.concatenate(each, axis=1) for each in (given, wanted))
        return Positions(inputs[np.newaxis], (reference @ kernel.reshape(-1, kernel.shape[-1]) + bias)[np.newaxis])
    flat = kernel.reshape(len(wanted), -1)
    outputs = bias + sum(tap * weights for tap, weights in zip(wanted, flat, strict=True))
    # One row of memory for each tap of each channel: products over positions are then of rows.
    rows = np.empty((flat.shape[1], len(given), len(outputs)), np.float32)
    for place, tap in enumerate(given):
        rows[:, place] = tap.T
    return Positions(rows.transpose(0, 2, 1), np.ascontiguousarray(outputs.T)[:, :, np.newaxis])


def means_of(layer: Any, exact: Stored, rounded: Stored, images: slice, *, seed: int) -> Means:
    """The means alone of `positions_of`, which takes the same arguments, in a fraction of the time."""
    kernel, bias = weights_of(layer)
    taps = [_taps(layer, each, images, seed) for each in (exact, rounded)]
    count = len(taps[0][0])
    wanted, given = (np.stack([tap.sum(axis=0, dtype=np.float64) for tap in each]) for each in taps)
    if is_depthwise(layer):
        outputs = (wanted * kernel.reshape(wanted.shape)).sum(axis=0) + count * bias
        return Means(count, given.T, outputs[:, np.newaxis])
    outputs = wanted.reshape(-1) @ kernel.reshape(-1, kernel.shape[-1]).astype(np.float64) + count * bias
    return Means(count, given.reshape(1, -1), outputs[np.newaxis])


def bytes_under(layer: Any, shape: Sequence[int]) -> int:
    """The size of what lies under a layer's kernel at the drawn positions of one image, as float32.

    Args:
        layer: as for `positions_of`.
        shape: of the layer's input, the images first.
    """
    channels = int(shape[-1])
    if not hasattr(layer, "kernel_size"):
        return 4 * channels
    positions = prod(min(size, _SIDE) for size in layer.compute_output_shape(tuple(shape))[1:3])
    return int(4 * channels * positions * prod(layer.kernel_size))


def _taps(layer: Any, stored: Stored, images: slice, seed: int) -> list[NDArray[np.float32]]:
    """What each place of the kernel lies over at the drawn positions, shape (positions, channels) each."""
    channels = stored.values.shape[-1]
    if not hasattr(layer, "kernel_size"):
        return [stored.real(images).reshape(-1, channels)]
    draw = np.random.default_rng(seed)
    sizes = layer.compute_output_shape(stored.values.shape)[1:3]
    drawn = [np.sort(draw.choice(size, min(size, _SIDE), replace=False)) for size in sizes]
    found = []
    for offsets in np.ndindex(*layer.kernel_size):
        (rows, rows_inside), (columns, columns_inside) = (
            _under(layer, axis, drawn[axis], offsets[axis], stored.values.shape[1 + axis]) for axis in (0, 1)
        )
        tap = stored.real((images, rows[:, np.newaxis], columns))
        inside = rows_inside[:, np.newaxis] & columns_inside
        tap = tap if inside.all() else tap * inside[:, :, np.newaxis].astype(np.float32)
        found.append(tap.reshape(-1, channels))
    return found


def _under(
    layer: Any, axis: int, drawn: NDArray[np.int64], offset: int, size: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Along one axis, the inputs' places under a place of the kernel, and which of them are inside the image."""
    places = drawn * layer.strides[axis] + offset * layer.dilation_rate[axis] - _padding(layer, axis, size)
    return np.clip(places, 0, size - 1), (places >= 0) & (places < size)


def _padding(layer: Any, axis: int, size: int) -> int:
    """Zeros before the first value, as TensorFlow pads for 'same'."""
    if layer.padding != "same":
        return 0
    stride, reach = layer.strides[axis], (layer.kernel_size[axis] - 1) * layer.dilation_rate[axis] + 1
    return int(max((-(-size // stride) - 1) * stride + reach - size, 0)) // 2
