"""Probabilities smoothed over time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

DEFAULT_SECONDS = 0.5


class Smoothing:
    """An exponential moving average over time, which forgets by the clock and not by the number of frames.

    Of the probabilities x(i) of frame i at time t(i), in seconds,

        p(0) = x(0)
        p(i) = p(i - 1) + a * (x(i) - p(i - 1)),   a = 1 - exp(-(t(i) - t(i - 1)) / seconds)

    A frame's share in p falls to 1/e in `seconds`, at any frame rate and with any frames dropped; p remains a set of
    probabilities, which add up to 1. Source: Eckner, "Algorithms for Unevenly Spaced Time Series: Moving Averages and
    Other Rolling Operators", 2019, the EMA of the last values.
    """

    def __init__(self, seconds: float = DEFAULT_SECONDS) -> None:
        """Begins anew.

        Args:
            seconds: in which the share of a frame falls to 1/e; 0 leaves probabilities as they are.
        """
        self._seconds = seconds
        self._smooth: NDArray[np.float64] | None = None
        self._time = 0.0

    def smoothed(self, probabilities: NDArray[np.float32], at: float) -> NDArray[np.float32]:
        """The smoothed probabilities, shape (classes,), of a frame at that time in seconds."""
        given = np.asarray(probabilities, np.float64)
        if self._smooth is None or self._seconds <= 0:
            self._smooth = given
        else:
            share = -math.expm1(-max(0.0, at - self._time) / self._seconds)
            self._smooth = self._smooth + share * (given - self._smooth)
        self._time = at
        return self._smooth.astype(np.float32)
