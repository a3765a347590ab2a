"""Seconds of parts, of those that are not over, and of processes before."""

import pytest

from edgewright_train.fitting.supervising import stopwatch
from edgewright_train.fitting.supervising.stopwatch import Stopwatch


@pytest.fixture
def clock(monkeypatch):
    """A clock whose hand is moved by the test."""
    now = [100.0]
    monkeypatch.setattr(stopwatch.time, "perf_counter", lambda: now[0])
    return now


def test_parts_and_all_are_measured_those_that_run_too(clock):
    watch = Stopwatch()
    with watch.part("decoding"):
        clock[0] += 2
    clock[0] += 1
    with watch.part("head"):
        clock[0] += 4
        assert watch.seconds() == {"decoding": 2, "head": 4, "all": 7}
        clock[0] += 1
    assert watch.seconds() == {"decoding": 2, "head": 5, "all": 8}


def test_processes_before_are_added(clock):
    watch = Stopwatch({"decoding": 2.0, "head": 5.0, "all": 8.0})
    with watch.part("decoding"):
        clock[0] += 3
    with watch.part("fine_tune"):
        clock[0] += 10
    assert watch.seconds() == {"decoding": 5, "fine_tune": 10, "head": 5, "all": 21}


def test_part_that_fails_is_measured_all_the_same(clock):
    watch = Stopwatch()

    def fail():
        with watch.part("head"):
            clock[0] += 3
            raise ValueError("failed")

    with pytest.raises(ValueError, match="failed"):
        fail()
    assert watch.seconds()["head"] == 3
