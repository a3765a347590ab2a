"""Whether one contract can be told from another."""

from itertools import product

import numpy as np
import pytest

from edgewright_convert.importing.contract_search import Candidate, Score, Values
from edgewright_convert.importing.contract_search.paired import beats, more_often_right, sign_flip_p
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS

PLAIN, UNIT = (Candidate(Values(NORMALISATIONS[name])) for name in ("minus-one-to-one", "unit"))
IMAGES = 40


def score(candidate, right, likelihood, *, images=IMAGES):
    spread = np.random.default_rng(3).normal(0, 0.5, IMAGES)[:images]
    return Score(candidate, images, np.zeros(images, np.int64), np.arange(images) < right, 1.0, likelihood + spread)


@pytest.mark.parametrize(("right", "expected"), [(38, True), (24, False), (20, False)])
def test_more_right_answers_count_beyond_chance(right, expected):
    assert more_often_right(score(PLAIN, right, -1), score(UNIT, 20, -1)) is expected


def test_same_right_answers_that_the_model_is_surer_of_are_told_apart():
    assert beats(score(PLAIN, 30, -0.5), score(UNIT, 30, -1.5))
    assert not beats(score(UNIT, 30, -1.5), score(PLAIN, 30, -0.5))


def test_surer_answers_that_are_right_less_often_are_not_better():
    assert not beats(score(PLAIN, 29, -0.5), score(UNIT, 30, -1.5))


def test_only_photographs_that_both_saw_are_compared():
    assert not beats(score(PLAIN, 40, -1), score(UNIT, 10, -1, images=10))


@pytest.mark.parametrize("seed", range(3))
def test_p_value_is_near_that_of_all_signs(seed):
    differences = np.random.default_rng(seed).normal(0.3, 1, 10)
    every = np.array(list(product((-1, 1), repeat=10))) @ differences
    assert sign_flip_p(differences) == pytest.approx((every >= differences.sum() - 1e-9).mean(), abs=0.03)
