"""Ranges that leave out rare large values where that lowers the mean square of what quantization changes.

Each end of a tensor's range is a bargain: the farther out, the longer the steps for all values between. Behind swish
and squeeze-and-excitation a few values reach many times as far as the rest, and then a shorter range is nearer on the
whole. Whether the outputs are nearer is another matter, since the largest values may be those that decide: on networks
of ReLU6 they often are. So this is a step that is tried, and not a rule.

Source of the criterion: Banner et al., Post training 4-bit quantization of convolutional networks (ACIQ), 2019, which
derives it for a known distribution; here the values themselves are looked at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..quantization_grids import ActivationRange

_SAMPLE = 200_000
"""Values that are looked at; the sum of squares beyond an end is then that of a few hundred at the least."""

_FRACTIONS = np.linspace(1.0, 0.25, 16)
"""Of the distance from zero to an end that are tried."""


def least_squares_range(values: NDArray[np.float32], found: ActivationRange) -> ActivationRange:
    """The range within `found` whose 256 levels hold the values with the least mean square error.

    Args:
        values: of the tensor, float32, any shape.
        found: the range that holds all of them.
    """
    flat = values.reshape(-1)
    ordered = np.sort(flat[:: max(1, flat.size // _SAMPLE)]).astype(np.float64)
    lows, highs = (end * (_FRACTIONS if end else _FRACTIONS[:1]) for end in (found.low, found.high))
    beyond_low, beyond_high = _squares_beyond(-ordered[::-1], -lows), _squares_beyond(ordered, highs)
    rounded = np.count_nonzero(ordered) * ((highs - lows[:, np.newaxis]) / 255) ** 2 / 12
    low, high = np.unravel_index(np.argmin(beyond_low[:, np.newaxis] + beyond_high + rounded), rounded.shape)
    return ActivationRange(float(lows[low]), float(highs[high]))


def _squares_beyond(ordered: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each end, the sum of squares of how far values lie beyond it."""
    return np.array([np.square(ordered[np.searchsorted(ordered, end) :] - end).sum() for end in ends])
