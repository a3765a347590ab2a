"""Two models' probabilities on the same images, counted image by image."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.evaluation.comparison import WORST_SHOWN, compare, expected_calibration_error
from edgewright_runtime.evaluation.gate import Thresholds


def certain(*named: int, classes: int = 3, probability: float = 0.8) -> np.ndarray:
    rest = (1 - probability) / (classes - 1)
    return np.where(np.eye(classes, dtype=bool)[list(named)], probability, rest).astype(np.float32)


def compared(reference, candidate, truth, labels=("a", "b", "c")):
    paths = [f"{number}.png" for number in range(len(truth))]
    return compare(reference, candidate, np.array(truth), labels=labels, paths=paths, thresholds=Thresholds())


def test_accuracy_and_differences_are_counted_over_images_and_classes():
    found = compared(certain(0, 1, 2, 2), certain(0, 1, 1, 2), [0, 1, 2, 0])
    assert (found.n, found.reference_top1, found.top1) == (4, 0.75, 0.5)
    assert found.decision.agreement == 0.75
    assert found.decision.drop == pytest.approx(0.25)
    assert found.largest_probability_difference == pytest.approx(0.7)
    assert found.mean_probability_difference == pytest.approx(2 * 0.7 / 12)


def test_each_class_has_its_own_row_and_one_without_images_a_zero():
    found = compared(certain(0, 0, 1), certain(0, 1, 1), [0, 0, 1])
    assert [(row.label, row.n, row.reference_top1, row.top1, row.drop) for row in found.per_class] == [
        ("a", 2, 1.0, 0.5, 0.5),
        ("b", 1, 1.0, 1.0, 0.0),
        ("c", 0, 0.0, 0.0, 0.0),
    ]


def test_repeated_labels_are_named_with_their_index():
    found = compared(certain(0, 1), certain(1, 0), [0, 1], labels=("crane", "crane", "goose"))
    assert [row.label for row in found.per_class] == ["crane [0]", "crane [1]", "goose"]
    assert {found.disagreements[0].reference, found.disagreements[0].candidate} == {"crane [0]", "crane [1]"}


def test_most_certain_disagreements_come_first_and_not_all_are_shown():
    share = np.linspace(0.5, 0.9, 12)
    candidate = np.concatenate([certain(1, probability=each) for each in share])
    found = compared(certain(*[0] * 12), candidate, [0] * 12)
    assert len(found.disagreements) == WORST_SHOWN
    assert found.disagreements[0].path == "11.png"
    certainty = [each.candidate_probability for each in found.disagreements]
    assert certainty == sorted(certainty, reverse=True)


def test_calibration_error_of_a_model_that_is_as_right_as_it_says_is_zero():
    probabilities = certain(*[0] * 10, probability=0.8)
    assert expected_calibration_error(probabilities, np.array([0] * 8 + [1] * 2)) == pytest.approx(0, abs=1e-6)
    assert expected_calibration_error(probabilities, np.array([1] * 10)) == pytest.approx(0.8, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_drop_is_the_difference_of_the_accuracies(rows):
    reference, candidate, truth = (list(column) for column in zip(*rows, strict=True))
    found = compared(certain(*reference), certain(*candidate), truth)
    assert found.decision.drop == pytest.approx(found.reference_top1 - found.top1, abs=1e-9)
    assert sum(row.n for row in found.per_class) == found.n == len(rows)


def test_images_without_labels_leave_agreement_and_no_accuracy():
    before, after = certain(0, 1, 2, 2), certain(0, 1, 2, 1)
    found = compare(before, after, None, labels=["a", "b", "c"], paths=list("wxyz"), thresholds=Thresholds())
    assert (found.n, found.top1, found.reference_top1, found.calibration_error) == (4, None, None, None)
    assert (found.decision.agreement, found.decision.drop, found.per_class) == (0.75, None, ())
    assert [(each.path, each.label) for each in found.disagreements] == [("z", None)]
