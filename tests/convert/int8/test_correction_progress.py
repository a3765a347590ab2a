from __future__ import annotations

import pytest

from edgewright_convert.int8.correction_progress import CorrectionProgress
from edgewright_convert.int8.correction_steps import DECISIONS, CorrectionSteps

FITTED = CorrectionSteps(regression=True, rounding=True)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_time_left_follows_the_time_that_the_layers_so_far_took():
    told: list[str] = []
    clock = Clock()
    progress = CorrectionProgress(told.append, DECISIONS["balanced"], clock)
    progress.candidate(CorrectionSteps())
    assert told == ["1 of 5: biases"]
    # 1 + 1 + 1 + 1 + 6 parts of work, of which each of the first four takes ten seconds.
    for _ in range(3):
        clock.now += 10
        progress.candidate(CorrectionSteps())
    clock.now += 10
    progress.candidate(FITTED)
    assert told[-1] == "5 of 5: biases, regression, rounding, about 60 s left"
    clock.now += 30
    progress.layer(32, 64)
    assert told[-1].endswith("about 30 s left")
    progress.layer(64, 64)
    assert told[-1].endswith("about 10 s left")


def test_many_seconds_are_told_in_minutes():
    told: list[str] = []
    clock = Clock()
    progress = CorrectionProgress(told.append, DECISIONS["balanced"], clock)
    progress.candidate(CorrectionSteps())
    clock.now += 60
    progress.layer(64, 64)
    assert told[-1].endswith("about 9 min left")


@pytest.mark.parametrize("effort", ["fast", "balanced", "best"])
def test_candidates_are_counted_as_they_will_be_tried(effort):
    told: list[str] = []
    progress = CorrectionProgress(told.append, DECISIONS[effort])
    progress.candidate(CorrectionSteps())
    assert told == [f"1 of {1 + sum(len(each.changes) for each in DECISIONS[effort])}: biases"]
