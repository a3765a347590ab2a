"""The advice follows from the figures, and says nothing that chance says too."""

from dataclasses import replace

import numpy as np
import pytest

from edgewright_train.fitting import Epoch
from edgewright_train.results import score
from edgewright_train.results.calibration import Temperature, reliability
from edgewright_train.results.findings import Evidence, accuracy_sentence, calibration_sentence, next_steps

LABELS = ("daisy", "rose", "tulip")


def evidence_of(
    matrix: list[list[int]], *, sure: float | None = None, train: tuple[int, ...] = (50, 50, 50)
) -> Evidence:
    """Evidence of answers with this confusion matrix, each `sure`, or as sure as right."""
    pairs = [(true, said) for true, row in enumerate(matrix) for said, count in enumerate(row) for _ in range(count)]
    classes, predicted = np.array(pairs).T
    sure = float((classes == predicted).mean()) if sure is None else sure
    probabilities = np.full((len(classes), len(LABELS)), (1 - sure) / 2, np.float32)
    probabilities[np.arange(len(classes)), predicted] = sure
    scores = score(probabilities, classes, LABELS)
    epoch = Epoch("head", 1, 0.3, 0.92, 0.3, 0.9, 0.01, 1.0)
    bins = reliability(probabilities, classes)
    return Evidence({"val": scores, "test": scores}, LABELS, train, (epoch,), Temperature(1.0, 9), bins)


GOOD = [[300, 2, 2], [2, 300, 2], [2, 2, 300]]


def test_accuracy_comes_with_its_interval_and_images():
    said = accuracy_sentence(evidence_of(GOOD).test).replace("\N{NO-BREAK SPACE}", " ")
    assert "98.7 % of 912 test images" in said
    assert "between 97.7 % and 99.2 %" in said


def test_good_model_is_told_to_be_converted():
    assert next_steps(evidence_of(GOOD))[0].startswith("Nothing in these figures asks for more training")


def test_pair_that_makes_most_mistakes_is_named():
    step = next_steps(evidence_of([[290, 14, 0], [9, 295, 0], [1, 1, 302]]))[0]
    assert step.startswith("daisy and rose make 23 of the 25 mistakes")


def test_class_that_is_found_too_seldom_is_named_with_its_training_images():
    said = " ".join(steps([[200, 60, 44], [0, 304, 0], [0, 0, 304]], (9, 90, 90)))
    assert "of daisy is found, too little for chance: it has 9 training images" in said
    # Two of ten that are not found may be chance where one of fourteen is not.
    assert "too little for chance" not in " ".join(steps([[8, 1, 1], [11, 282, 11], [11, 11, 282]]))


def steps(matrix: list[list[int]], train: tuple[int, ...] = (50, 50, 50)) -> tuple[str, ...]:
    return next_steps(evidence_of(matrix, train=train))


def test_few_test_images_are_said_first():
    assert steps([[9, 1, 0], [1, 9, 0], [0, 0, 10]])[0].startswith("30 test images leave the accuracy open by")


def test_network_that_knows_its_training_images_by_heart_is_told_so():
    evidence = replace(evidence_of(GOOD), epochs=(Epoch("head", 1, 0.01, 1.0, 0.9, 0.7, 0.01, 1.0),))
    assert "knows its photographs by heart" in next_steps(evidence)[0]


@pytest.mark.parametrize(("sure", "verdict"), [(0.999, "too sure by 10 points"), (0.6, "too modest by 30 points")])
def test_probabilities_that_are_not_true_are_told_with_their_direction(sure, verdict):
    assert verdict in calibration_sentence(evidence_of([[270, 15, 15], [15, 270, 15], [15, 15, 270]], sure=sure))


def test_true_probabilities_can_be_taken_at_their_word():
    assert "can be taken at their word" in calibration_sentence(evidence_of(GOOD))
