from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.evaluation.speed.timing import Sampling, sample, summarise


class Clock:
    """Seconds that pass only when the test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_sample_keeps_what_each_run_took_and_leaves_the_warm_up_out():
    clock = Clock()
    durations = iter([5.0, 5.0, 0.001, 0.002, 0.003])

    def run(turn):
        clock.now += next(durations)

    assert sample(run, Sampling(3, 0.0, 2, 0.0), clock=clock) == pytest.approx([1.0, 2.0, 3.0])


def test_sample_goes_on_until_the_least_time_is_over():
    clock = Clock()

    def run(turn):
        clock.now += 0.1

    assert len(sample(run, Sampling(2, 1.0, 0, 0.0), clock=clock)) in {10, 11}


@given(st.lists(st.floats(0.001, 1e5), min_size=1, max_size=200))
def test_percentiles_are_ordered_and_within_the_samples(samples):
    found = summarise(samples)
    slack = 1e-9 * max(samples)
    assert min(samples) - slack <= found.p50_ms <= found.p90_ms + slack
    assert found.p90_ms <= found.p99_ms + slack
    assert found.p99_ms <= max(samples) + slack
    assert found.mean_ms == pytest.approx(np.mean(samples))
    assert found.runs == len(samples)


def test_an_outlier_is_counted():
    assert summarise([1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 50.0]).outliers == 1
