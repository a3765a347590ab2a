"""Labels that have nothing to do with the outputs."""

import numpy as np
import pytest

from edgewright_convert.importing.contract_search import Candidate, Score, Values
from edgewright_convert.importing.contract_search.mismatch import labels_mean_nothing
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS

PLAIN = Candidate(Values(NORMALISATIONS["unit"]))


def score(right, *, images=60, information=3.0):
    return Score(PLAIN, images, np.zeros(images, np.int64), np.arange(images) < right, information)


@pytest.mark.parametrize(
    ("right", "labels", "expected"), [(0, 10, True), (1, 1000, True), (4, 1000, True), (40, 10, False)]
)
def test_clear_answers_that_are_hardly_ever_right_are_to_other_labels(right, labels, expected):
    assert labels_mean_nothing([score(right)], labels) is expected


def test_one_contract_under_which_the_labels_are_right_is_enough():
    assert not labels_mean_nothing([score(0), score(50, information=1.0)], 10)


def test_model_that_says_little_tells_nothing_of_its_labels():
    assert not labels_mean_nothing([score(6, information=0.1)], 10)


def test_two_labels_that_are_exchanged_are_never_right():
    assert labels_mean_nothing([score(3, information=0.9)], 2)


def test_photographs_without_labels_have_none_in_doubt():
    assert not labels_mean_nothing([Score(PLAIN, 60, np.zeros(60, np.int64), None, 3.0)], 10)
