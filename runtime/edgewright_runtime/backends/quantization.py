"""Between pixels or probabilities and what a quantized tensor stores, through the model's own parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .base import Tensor


def quantize_input(pixels: NDArray[np.uint8] | NDArray[np.float32], tensor: Tensor) -> NDArray[Any]:
    """Pixel values 0..255, or what they were normalised to, as the input tensor stores them.

    Source of the formula: TensorFlow Lite 8-bit quantization specification, real = (stored - zero_point) * scale.
    """
    dtype: np.dtype[Any] = np.dtype(tensor.dtype)
    if tensor.scale == 0.0:
        return pixels.astype(dtype, copy=False)
    if pixels.dtype == dtype == np.uint8 and tensor.scale == 1.0 and tensor.zero_point == 0:
        return pixels
    limits = np.iinfo(dtype)
    stored = np.round(pixels.astype(np.float32) / tensor.scale) + tensor.zero_point
    clipped: NDArray[Any] = np.clip(stored, limits.min, limits.max).astype(dtype)
    return clipped


def dequantize_output(stored: NDArray[Any], tensor: Tensor) -> NDArray[np.float32]:
    """What the output tensor's stored values mean."""
    if tensor.scale == 0.0:
        return stored.astype(np.float32, copy=False)
    return (stored.astype(np.float32) - np.float32(tensor.zero_point)) * np.float32(tensor.scale)
