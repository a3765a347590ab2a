"""Which way to round each weight, so that the layer's output changes least and not each weight by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..quantization_grids import WEIGHT_LEVELS, kept_weights, nearest_codes, with_full_range

_DAMPING = 0.01
"""Of the mean variance of the inputs: what has not been seen to vary together may still do so in other images."""

_SWEEPS = 3
_ALL_WAYS = 9
"""Inputs up to which every choice of rounding down or up is tried: 512 ways for a 3x3 depthwise kernel."""

_AT_ONCE = 64
"""Groups whose 512 ways are in memory at once; and inputs that are rounded before the rest makes up for them."""

_DEAREST_DESCENT = 10**9
_DEAREST_ONE_AFTER_ANOTHER = 3 * 10**9
"""Multiplications, inputs**2 * channels, that each step may cost: seconds. Beyond them lie the 3x3 kernels of ResNets,
hundreds of channels wide, which lose little by rounding each weight by itself and would take minutes each."""


def rounded_codes(
    kernel: NDArray[np.float64], covariance: NDArray[np.float64], scales: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The kernels in steps of their scales, rounded so that the variance of the output's error is small.

    Args:
        kernel: shape (groups, inputs, channels); the zeros of a pruned one stay zeros.
        covariance: of the inputs, shape (groups, inputs, inputs).
        scales: one per channel, shape (groups, channels).
    """
    groups, inputs, channels = kernel.shape
    cost = groups * inputs**2 * channels
    if inputs > _ALL_WAYS and cost > _DEAREST_ONE_AFTER_ANOTHER:
        return with_full_range(nearest_codes(kernel, scales), kernel)
    damping = _DAMPING * np.trace(covariance, axis1=1, axis2=2) / inputs + 1e-12
    damped = covariance + damping[:, np.newaxis, np.newaxis] * np.eye(inputs)
    if inputs <= _ALL_WAYS:
        kept = kept_weights(kernel)
        ways = (_best_ways(kernel[..., i], kept[..., i], damped, scales[:, i]) for i in range(channels))
        codes = np.stack(list(ways), axis=-1)
    else:
        codes = _one_after_another(kernel, damped, scales)
        if cost <= _DEAREST_DESCENT:
            codes = _improved(codes, kernel, damped, scales)
    return with_full_range(codes, kernel)


def _best_ways(
    kernel: NDArray[np.float64],
    kept: NDArray[np.float64],
    covariance: NDArray[np.float64],
    scales: NDArray[np.float64],
) -> NDArray[np.float64]:
    """For one channel of each group, (groups, inputs), the best of all ways of rounding each weight down or up."""
    inputs = kernel.shape[1]
    ups = (np.arange(2**inputs)[:, np.newaxis] >> np.arange(inputs)) & 1
    found = np.empty_like(kernel)
    for start in range(0, len(kernel), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        scale = scales[some, np.newaxis, np.newaxis]
        wanted = kernel[some, np.newaxis]
        ways = np.clip(np.floor(wanted / scale) + ups, -WEIGHT_LEVELS, WEIGHT_LEVELS) * kept[some, np.newaxis]
        errors = ways * scale - wanted
        chosen = ((errors @ covariance[some]) * errors).sum(axis=-1).argmin(axis=-1)
        found[some] = ways[np.arange(len(ways)), chosen]
    return found


def _one_after_another(
    kernel: NDArray[np.float64], covariance: NDArray[np.float64], scales: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Rounds input after input, and lets those that come later make up for the error.

    Source: Frantar et al., GPTQ, 2022, algorithm 1, inputs of great variance first, and the rest of the kernel brought
    up to date once per block.
    """
    order = np.argsort(-np.diagonal(covariance, axis1=1, axis2=2), axis=1, kind="stable")
    left = np.take_along_axis(kernel, order[:, :, np.newaxis], axis=1)
    ordered = np.take_along_axis(covariance, order[:, :, np.newaxis], axis=1)
    ordered = np.take_along_axis(ordered, order[:, np.newaxis, :], axis=2)
    kept = np.take_along_axis(kept_weights(kernel), order[:, :, np.newaxis], axis=1)
    upper = np.linalg.cholesky(np.linalg.inv(ordered)).transpose(0, 2, 1)
    codes = np.empty_like(left)
    for start in range(0, left.shape[1], _AT_ONCE):
        end = min(start + _AT_ONCE, left.shape[1])
        errors = np.empty((len(left), end - start, left.shape[2]))
        for i in range(start, end):
            codes[:, i] = nearest_codes(left[:, i : i + 1], scales)[:, 0] * kept[:, i]
            error = errors[:, i - start] = (left[:, i] - codes[:, i] * scales) / upper[:, i, i, np.newaxis]
            left[:, i + 1 : end] -= upper[:, i, i + 1 : end, np.newaxis] * error[:, np.newaxis]
        left[:, end:] -= upper[:, start:end, end:].transpose(0, 2, 1) @ errors
    result = np.empty_like(codes)
    np.put_along_axis(result, order[:, :, np.newaxis], codes, axis=1)
    return result


def _improved(
    codes: NDArray[np.float64],
    kernel: NDArray[np.float64],
    covariance: NDArray[np.float64],
    scales: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Coordinate descent: each weight in turn goes to the level that is best while the others stay."""
    codes, kept = codes.copy(), kept_weights(kernel)
    gradient = covariance @ (codes * scales[:, np.newaxis] - kernel)
    for _ in range(_SWEEPS):
        before = codes.copy()
        for i in range(codes.shape[1]):
            wanted = codes[:, i] - np.rint(gradient[:, i] / covariance[:, i, i, np.newaxis] / scales)
            change = (np.clip(wanted, -WEIGHT_LEVELS, WEIGHT_LEVELS) - codes[:, i]) * kept[:, i]
            channels = np.flatnonzero(change.any(axis=0))
            if len(channels):
                codes[:, i] += change
                moved = (change * scales)[:, np.newaxis, channels]
                gradient[:, :, channels] += covariance[:, :, i, np.newaxis] * moved
        if np.array_equal(before, codes):
            break
    return codes
