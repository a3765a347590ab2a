"""Rounding for the output and not for each weight by itself."""

from __future__ import annotations

import numpy as np
import pytest

from edgewright_convert.int8.fitting.weight_rounding import rounded_codes
from edgewright_convert.int8.quantization_grids import nearest_codes, weight_scales, with_full_range

pytestmark = pytest.mark.numeric


GROUPS = 70  # more than are done at once


def _problem(inputs: int, channels: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    mixing = draw.normal(size=(GROUPS, inputs, inputs)) * np.exp(draw.normal(size=(GROUPS, 1, inputs)))
    return draw.normal(size=(GROUPS, inputs, channels)), mixing @ mixing.transpose(0, 2, 1) / inputs


@pytest.mark.parametrize("inputs", [9, 40, 150], ids=["all ways tried", "one after another", "in blocks"])
def test_output_error_is_smaller_than_with_nearest_rounding(inputs: int) -> None:
    kernel, covariance = _problem(inputs, 3)
    scales = weight_scales(kernel)

    def errors(codes: np.ndarray) -> np.ndarray:
        wrong = codes * scales[:, np.newaxis] - kernel
        return (wrong * (covariance @ wrong)).sum(axis=(1, 2))

    nearest = with_full_range(nearest_codes(kernel, scales), kernel)
    found = errors(rounded_codes(kernel, covariance, scales))
    assert found.sum() < 0.8 * errors(nearest).sum()


def test_each_group_is_rounded_as_it_would_be_alone() -> None:
    kernel, covariance = _problem(20, 2)
    scales = weight_scales(kernel)
    together = rounded_codes(kernel, covariance, scales)
    for group in (0, 33, GROUPS - 1):
        some = slice(group, group + 1)
        assert np.array_equal(rounded_codes(kernel[some], covariance[some], scales[some]), together[some])


def test_all_ways_are_tried_for_kernels_of_nine_inputs() -> None:
    kernel, covariance = _problem(4, 1)
    scales = weight_scales(kernel) * 20  # so coarse that rounding by itself is often not the best
    damped = covariance + (0.01 * np.trace(covariance, axis1=1, axis2=2) / 4 + 1e-12)[:, None, None] * np.eye(4)
    codes = rounded_codes(kernel, covariance, scales)
    ways = np.stack(np.meshgrid(*[[0, 1]] * 4), axis=-1).reshape(-1, 4)
    for group in range(GROUPS):
        tried = np.floor(kernel[group, :, 0] / scales[group, 0]) + ways
        wrong = tried * scales[group, 0] - kernel[group, :, 0]
        best = tried[((wrong @ damped[group]) * wrong).sum(axis=1).argmin()]
        assert np.array_equal(codes[group, :, 0], best) or np.abs(codes[group]).max() == 127


def test_every_channel_reaches_the_end_of_its_grid() -> None:
    kernel, covariance = _problem(20, 7)
    codes = rounded_codes(kernel, covariance, weight_scales(kernel))
    assert np.array_equal(np.abs(codes).max(axis=1), np.full((GROUPS, 7), 127))


@pytest.mark.parametrize("inputs", [9, 40, 150], ids=["all ways tried", "one after another", "in blocks"])
def test_pruned_weights_stay_zero_and_the_others_make_up_for_rounding(inputs: int) -> None:
    kernel, covariance = _problem(inputs, 3)
    pruned = np.where(np.abs(kernel) < 0.7, 0.0, kernel)
    scales = weight_scales(pruned)
    codes = rounded_codes(pruned, covariance, scales)
    whole = np.broadcast_to(pruned.any(axis=1, keepdims=True), pruned.shape)  # a channel of zeros still needs a scale
    assert (codes[(pruned == 0) & whole] == 0).all()

    def error(some: np.ndarray) -> float:
        wrong = some * scales[:, np.newaxis] - pruned
        return float((wrong * (covariance @ wrong)).sum())

    assert error(codes) < 0.95 * error(with_full_range(nearest_codes(pruned, scales), pruned))


def test_a_kernel_with_few_zeros_was_not_pruned_and_all_of_its_weights_are_used() -> None:
    kernel, covariance = _problem(40, 3)
    kernel[:, 0] = 0.0
    assert rounded_codes(kernel, covariance, weight_scales(kernel) * 8)[:, 0].any()
