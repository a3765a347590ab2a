"""Raw timings of one function, and the figures derived from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Clock = Callable[[], float]

# As benchmark_model of TensorFlow Lite: at least this many runs and this long.
MIN_RUNS = 50
MIN_SECONDS = 1.0
WARM_UP_RUNS = 5
WARM_UP_SECONDS = 0.2

_OUTLIER = 3.5
"""Modified Z-score from which a sample is called an outlier. Source: Iglewicz and Hoaglin 1993."""


@dataclass(frozen=True)
class Sampling:
    """How long to measure: at least so many runs and at least so many seconds, after a warm-up that is not kept."""

    min_runs: int = MIN_RUNS
    min_seconds: float = MIN_SECONDS
    warm_up_runs: int = WARM_UP_RUNS
    warm_up_seconds: float = WARM_UP_SECONDS


@dataclass(frozen=True)
class Summary:
    """Figures of a list of samples, in milliseconds."""

    p50_ms: float
    p90_ms: float
    p99_ms: float
    mean_ms: float
    deviation_ms: float
    min_ms: float
    max_ms: float
    runs: int
    outliers: int


def sample(run: Callable[[int], object], sampling: Sampling, *, clock: Clock = time.perf_counter) -> list[float]:
    """The milliseconds that each run took, warm-up left out.

    Args:
        run: what to time; called with 0, 1, 2, ...
        sampling: how long.
        clock: seconds, rising.
    """
    _repeat(run, sampling.warm_up_runs, sampling.warm_up_seconds, clock)
    return _repeat(run, sampling.min_runs, sampling.min_seconds, clock)


def _repeat(run: Callable[[int], object], min_runs: int, min_seconds: float, clock: Clock) -> list[float]:
    samples: list[float] = []
    begin = clock()
    while len(samples) < min_runs or clock() - begin < min_seconds:
        before = clock()
        run(len(samples))
        samples.append(1000 * (clock() - before))
    return samples


def summarise(samples_ms: Sequence[float]) -> Summary:
    """Percentiles (linear between samples), mean, population standard deviation and the number of outliers."""
    values = np.asarray(samples_ms, dtype=np.float64)
    p50, p90, p99 = np.percentile(values, (50, 90, 99))
    return Summary(
        p50_ms=float(p50),
        p90_ms=float(p90),
        p99_ms=float(p99),
        mean_ms=float(values.mean()),
        deviation_ms=float(values.std()),
        min_ms=float(values.min()),
        max_ms=float(values.max()),
        runs=len(values),
        outliers=_outliers(values, float(p50)),
    )


def _outliers(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], median: float) -> int:
    distance = np.abs(values - median)
    typical = float(np.median(distance))
    if typical == 0.0:
        return 0
    return int((0.6745 * distance / typical > _OUTLIER).sum())
