"""The real-valued kernel that is best on the inputs that the quantized layers before it really deliver."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..quantization_grids import kept_weights
from .layer_statistics import Moments, total

_STRENGTHS = (10.0, 2.0, 0.4, 0.08, 0.016, 0.003)
"""Of the pull towards the float kernel, in units of the inputs' mean variance."""

_NARROW = 256
"""Inputs up to which each part is left out in turn; of a wider kernel one part is, for each turn costs a second."""

_WIDEST = 1536
"""Inputs above which the float kernel stays: the regression would cost more than the rest together."""


def target_kernel(kernel: NDArray[np.float64], parts: Sequence[Moments]) -> NDArray[np.float64]:
    """The kernel by ridge regression towards the float kernel, or the float kernel where regression does not pay.

    How hard it is pulled towards the float kernel is found by leaving out parts of the images: a layer with many inputs
    and few images keeps its kernel.

    Args:
        kernel: float, shape (groups, inputs, outputs).
        parts: moments of disjoint sets of images: the quantized path's inputs, the float path's outputs.
    """
    if kernel.shape[1] > _WIDEST or min(part.count for part in parts) < kernel.shape[1]:
        return kernel
    errors = np.zeros(len(_STRENGTHS) + 1)
    for left_out in range(len(parts) if kernel.shape[1] <= _NARROW else 1):
        rest = total([part for i, part in enumerate(parts) if i != left_out])
        candidates = [*_pulled(kernel, rest), kernel]
        errors += [_error(candidate, parts[left_out]) for candidate in candidates]
    best = int(errors.argmin())
    return kernel if best == len(_STRENGTHS) else _pulled(kernel, total(parts))[best]


def _pulled(kernel: NDArray[np.float64], moments: Moments) -> list[NDArray[np.float64]]:
    """The regression's kernel for each strength; weights that pruning has made zero stay so."""
    covariance = moments.covariance()
    missing = moments.cross_covariance() - covariance @ kernel
    kept = kept_weights(kernel)
    mean = np.trace(covariance, axis1=1, axis2=2)[:, np.newaxis, np.newaxis] / covariance.shape[1] + 1e-12
    unit = mean * np.eye(covariance.shape[1])
    return [kept * (kernel + np.linalg.solve(covariance + strength * unit, missing)) for strength in _STRENGTHS]


def _error(kernel: NDArray[np.float64], moments: Moments) -> float:
    """The variance of what the kernel gets wrong, less the outputs' own, which is the same for all kernels."""
    return float((kernel * (moments.covariance() @ kernel - 2 * moments.cross_covariance())).sum())
