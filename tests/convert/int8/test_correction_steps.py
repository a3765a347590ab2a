"""The table of steps that an effort tries."""

import pytest

from edgewright_convert.int8.correction_steps import DECISIONS, CorrectionSteps, Decision, Equalization
from edgewright_convert.options import EFFORTS


def test_every_effort_has_its_decisions_and_more_effort_more_of_them():
    assert tuple(DECISIONS) == EFFORTS
    trials = [sum(len(each.changes) for each in DECISIONS[effort]) for effort in EFFORTS]
    assert trials == sorted(set(trials))


@pytest.mark.parametrize("effort", EFFORTS)
def test_changes_are_fields_of_the_steps(effort):
    for decision in DECISIONS[effort]:
        assert all(isinstance(each, CorrectionSteps) for each in decision.alternatives(CorrectionSteps()))


def test_alternatives_keep_what_was_decided_before():
    before = CorrectionSteps(equalization=Equalization(0.5, relu=False))
    (found,) = Decision("kernels", ({"rounding": True},)).alternatives(before)
    assert found == CorrectionSteps(equalization=Equalization(0.5, relu=False), rounding=True)
    assert found.biases_alone() == before


def test_steps_are_told_in_words():
    assert str(CorrectionSteps()) == "biases"
    every = CorrectionSteps(Equalization(0.7, relu=True), regression=True, rounding=True, last_layer=True)
    assert str(every) == "biases, equalization of streams and ReLUs (0.7), regression, rounding, the last layer"
