"""The grids of full-integer TFLite: which numbers INT8 weights and activations can hold.

Source: the LiteRT 8-bit quantization specification, https://ai.google.dev/edge/litert/models/quantization_spec.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

WEIGHT_LEVELS = 127
"""Weights are symmetric, -127..127."""

SMALLEST_SCALE = 2.0**-20
"""Of a channel whose weights are all but zero; still eight significant bits in float16."""

_LEAST_RANGE = 1e-20
"""Far below what any layer means, and far above where float32 can no longer hold the product of two scales."""


@dataclass(frozen=True)
class ActivationRange:
    """The least and the greatest value that a tensor's 256 levels have to reach; zero is always between them."""

    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.float32]) -> ActivationRange:
        """The range of these values; at least a tiny one, for a tensor that is always zero needs a grid too."""
        low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
        return cls(low, max(high, low + _LEAST_RANGE))

    @property
    def step(self) -> float:
        """The distance of two levels."""
        return (self.high - self.low) / 255

    def quantized(self, values: Any, *, name: str | None = None) -> Any:
        """The values as the file holds them, as float32; `name` is the TensorFlow operator's."""
        return tf.quantization.fake_quant_with_min_max_args(values, self.low, self.high, name=name)

    def codes(self, values: Any) -> NDArray[np.uint8]:
        """The values as levels, 0 to 255."""
        on_grid: NDArray[np.float32] = np.asarray(self.quantized(values))
        found: NDArray[np.uint8] = np.rint((on_grid - self._lowest) * np.float32(1 / self.step)).astype(np.uint8)
        return found

    def dequantized(self, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What levels stand for."""
        return codes * np.float32(self.step) + self._lowest

    @property
    def _lowest(self) -> np.float32:
        """The lowest level: zero is a level, so that it may be up to half a step beside `low`."""
        return np.float32(-round(-self.low / self.step) * self.step)


_PRUNED = 0.2
"""Share of a kernel's weights that are zero by chance in no network, nor in one that was quantized before."""


def kept_weights(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 for each weight that pruning has made zero and that is to stay so, 1 for the others, in the kernel's shape.

    Zeros are what makes a pruned file small once it is compressed. A kernel with few of them was not pruned: rounding
    may use all of its weights.
    """
    zero = kernel == 0
    return np.where(zero, 0.0, 1.0) if zero.mean() >= _PRUNED else np.ones(kernel.shape)


def weight_scales(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """One scale per output channel, shape (..., channels), of kernels of shape (..., inputs, channels).

    max|w| / 127, rounded up to what float16 holds exactly: TFLite stores scales as float32 and TensorRT's files here as
    float16, and both then have the same weights.
    """
    wanted = np.maximum(np.abs(kernel).max(axis=-2) / WEIGHT_LEVELS, SMALLEST_SCALE)
    rounded = wanted.astype(np.float16)
    rounded = np.where(rounded.astype(np.float64) < wanted, np.nextafter(rounded, np.float16(np.inf)), rounded)
    return np.asarray(rounded, np.float64)


def nearest_codes(kernel: NDArray[np.float64], scales: NDArray[np.float64]) -> NDArray[np.float64]:
    """The kernels, shape (..., inputs, channels), in steps of their scales, each weight rounded by itself."""
    return np.asarray(np.clip(np.rint(kernel / scales[..., np.newaxis, :]), -WEIGHT_LEVELS, WEIGHT_LEVELS))


def with_full_range(codes: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """The codes, each channel's greatest weight at the end of the grid; both of shape (..., inputs, channels).

    A converter that is handed codes * scale takes max / 127 for the scale; so it finds the same grid again.
    """
    full = codes.copy()
    row = np.abs(kernel).argmax(axis=-2)[..., np.newaxis, :]
    short = np.abs(codes).max(axis=-2, keepdims=True) < WEIGHT_LEVELS
    ends = np.where(np.take_along_axis(kernel, row, axis=-2) < 0, -WEIGHT_LEVELS, WEIGHT_LEVELS)
    np.put_along_axis(full, row, np.where(short, ends, np.take_along_axis(full, row, axis=-2)), axis=-2)
    return full
