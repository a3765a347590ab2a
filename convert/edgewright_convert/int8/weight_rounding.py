"""Which way to round each weight, so that the layer's output changes least and not each weight by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .quantization_grids import WEIGHT_LEVELS, nearest_codes, with_full_range

_DAMPING = 0.01
"""Of the mean variance of the inputs: what has not been seen to vary together may still do so in other images."""

_SWEEPS = 3
_ALL_WAYS = 9
"""Inputs up to which every choice of rounding down or up is tried: 512 ways for a 3x3 depthwise kernel."""

_DEAREST_DESCENT = 10**9
_DEAREST_ONE_AFTER_ANOTHER = 3 * 10**9
"""Multiplications, inputs**2 * channels, that each step may cost: seconds. Beyond them lie the 3x3 kernels of ResNets,
hundreds of channels wide, which lose little by rounding each weight by itself and would take minutes each."""


def rounded_codes(
    kernel: NDArray[np.float64], covariance: NDArray[np.float64], scales: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The kernel in steps of its scales, rounded so that the variance of the output's error is small.

    Args:
        kernel: shape (inputs, channels).
        covariance: of the inputs, shape (inputs, inputs).
        scales: one per channel, shape (channels,).
    """
    cost = len(kernel) ** 2 * kernel.shape[1]
    if len(kernel) > _ALL_WAYS and cost > _DEAREST_ONE_AFTER_ANOTHER:
        return with_full_range(nearest_codes(kernel, scales), kernel)
    damped = covariance + (_DAMPING * np.diag(covariance).mean() + 1e-12) * np.eye(len(covariance))
    if len(kernel) <= _ALL_WAYS:
        columns = [_best_way(kernel[:, [i]], damped, scales[i]) for i in range(kernel.shape[1])]
        codes = np.concatenate(columns, axis=1)
    else:
        codes = _one_after_another(kernel, damped, scales)
        if cost <= _DEAREST_DESCENT:
            codes = _improved(codes, kernel, damped, scales)
    return with_full_range(codes, kernel)


def _best_way(kernel: NDArray[np.float64], covariance: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """The best of all ways of rounding each weight of one channel down or up, shape (inputs, 1)."""
    inputs = len(kernel)
    ups = (np.arange(2**inputs)[:, np.newaxis] >> np.arange(inputs)) & 1
    ways = np.clip(np.floor(kernel[:, 0] / scale) + ups, -WEIGHT_LEVELS, WEIGHT_LEVELS)
    errors = ways * scale - kernel[:, 0]
    chosen = ((errors @ covariance) * errors).sum(axis=1).argmin()
    return np.asarray(ways[chosen][:, np.newaxis])


def _one_after_another(
    kernel: NDArray[np.float64], covariance: NDArray[np.float64], scales: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Rounds input after input, and lets those that come later make up for the error.

    Source: Frantar et al., GPTQ, 2022, algorithm 1, inputs of great variance first.
    """
    order = np.argsort(-np.diag(covariance), kind="stable")
    left = kernel[order].copy()
    upper = np.linalg.cholesky(np.linalg.inv(covariance[np.ix_(order, order)])).T
    codes = np.empty_like(left)
    for i in range(len(left)):
        codes[i] = nearest_codes(left[i], scales)
        error = (left[i] - codes[i] * scales) / upper[i, i]
        left[i + 1 :] -= np.outer(upper[i, i + 1 :], error)
    result = np.empty_like(codes)
    result[order] = codes
    return result


def _improved(
    codes: NDArray[np.float64],
    kernel: NDArray[np.float64],
    covariance: NDArray[np.float64],
    scales: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Coordinate descent: each weight in turn goes to the level that is best while the others stay."""
    codes = codes.copy()
    gradient = covariance @ (codes * scales - kernel)
    for _ in range(_SWEEPS):
        before = codes.copy()
        for i in range(len(codes)):
            wanted = codes[i] - np.rint(gradient[i] / covariance[i, i] / scales)
            change = np.clip(wanted, -WEIGHT_LEVELS, WEIGHT_LEVELS) - codes[i]
            if change.any():
                codes[i] += change
                gradient += np.outer(covariance[:, i], change * scales)
        if np.array_equal(before, codes):
            break
    return codes
