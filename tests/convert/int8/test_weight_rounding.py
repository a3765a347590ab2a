"""Rounding for the output and not for each weight by itself."""

from __future__ import annotations

import numpy as np
import pytest

from edgewright_convert.int8.quantization_grids import nearest_codes, weight_scales, with_full_range
from edgewright_convert.int8.weight_rounding import rounded_codes

pytestmark = pytest.mark.numeric


def _problem(inputs: int, channels: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    mixing = draw.normal(size=(inputs, inputs)) * np.exp(draw.normal(size=inputs))
    return draw.normal(size=(inputs, channels)), mixing @ mixing.T / inputs


@pytest.mark.parametrize("inputs", [9, 40], ids=["all ways tried", "one after another"])
def test_output_error_is_smaller_than_with_nearest_rounding(inputs: int) -> None:
    kernel, covariance = _problem(inputs, 12)
    scales = weight_scales(kernel)

    def error(codes: np.ndarray) -> float:
        wrong = codes * scales - kernel
        return float((wrong * (covariance @ wrong)).sum())

    nearest = with_full_range(nearest_codes(kernel, scales), kernel)
    assert error(rounded_codes(kernel, covariance, scales)) < 0.8 * error(nearest)


def test_every_channel_reaches_the_end_of_its_grid() -> None:
    kernel, covariance = _problem(20, 7)
    codes = rounded_codes(kernel, covariance, weight_scales(kernel))
    assert np.array_equal(np.abs(codes).max(axis=0), np.full(7, 127))
