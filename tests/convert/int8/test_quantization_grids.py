from __future__ import annotations

import numpy as np
import pytest

from edgewright_convert.int8.quantization_grids import ActivationRange, nearest_codes, weight_scales


@pytest.mark.parametrize("value", [0.0, 1e-30, 3e-12])
def test_tensor_of_tiny_values_has_a_grid_too(value: float) -> None:
    found = ActivationRange.of(np.full((2, 3), value, np.float32))
    assert np.isfinite(found.step)
    assert found.step > 0
    quantized = np.asarray(found.quantized(np.full(4, value, np.float32)))
    assert np.abs(quantized - np.float32(value)).max() <= found.step


def _problem(inputs: int, channels: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    mixing = draw.normal(size=(inputs, inputs)) * np.exp(draw.normal(size=inputs))
    return draw.normal(size=(inputs, channels)), mixing @ mixing.T / inputs


def test_scales_are_exact_in_float16_and_never_too_small() -> None:
    kernel, _ = _problem(20, 50)
    scales = weight_scales(kernel)
    assert np.array_equal(scales.astype(np.float16).astype(np.float64), scales)
    assert (scales * 127 >= np.abs(kernel).max(axis=0)).all()


def test_channel_of_zeros_stays_zero() -> None:
    kernel = np.zeros((9, 1))
    codes = nearest_codes(kernel, weight_scales(kernel))
    assert not codes.any()
