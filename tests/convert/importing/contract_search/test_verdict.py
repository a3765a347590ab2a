"""How sure a search may be."""

import numpy as np
import pytest

from edgewright_convert.importing.contract_search import Candidate, Geometry, Score, Values
from edgewright_convert.importing.contract_search.answers import information_of
from edgewright_convert.importing.contract_search.paired import beats
from edgewright_convert.importing.contract_search.verdict import (
    described,
    is_sure,
    means_the_same,
    open_questions,
)
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS

PLAIN = Candidate(Values(NORMALISATIONS["minus-one-to-one"]))
SWAPPED = Candidate(Values(NORMALISATIONS["minus-one-to-one"], "BGR"))
CROPPED = Candidate(Values(NORMALISATIONS["minus-one-to-one"]), Geometry("crop", 0.875))


def score(candidate, right=None, images=100):
    told = None if right is None else np.arange(images) < right
    return Score(candidate, images, np.zeros(images, np.int64), told, 1.0)


def test_clear_winner_is_sure():
    assert is_sure([score(PLAIN, 80), score(SWAPPED, 40)])


def test_winner_by_chance_is_not_and_the_other_is_named():
    scores = [score(PLAIN, 50), score(SWAPPED, 48)]
    assert not is_sure(scores)
    (sentence,) = open_questions(scores)
    assert sentence.startswith("--normalisation minus-one-to-one --channel-order BGR does as well")


def test_another_way_to_resize_is_no_doubt_about_the_values():
    scores = [score(PLAIN, 80), score(CROPPED, 79)]
    assert is_sure(scores)
    (sentence,) = open_questions(scores)
    assert "How photographs are resized hardly matters here: crop of 0.875 (bilinear) gives 79.0% right" in sentence


def test_without_labels_nothing_is_sure():
    scores = [score(PLAIN), score(SWAPPED)]
    assert not is_sure(scores)
    assert len(open_questions(scores)) == 1


@pytest.mark.parametrize(("right", "expected"), [(90, True), (54, False), (50, False)])
def test_more_right_answers_count_beyond_chance(right, expected):
    assert beats(score(PLAIN, right), score(SWAPPED, 50)) is expected


def test_only_photographs_that_both_saw_are_compared():
    few = score(SWAPPED, 10, images=10)
    assert not beats(score(PLAIN, 100), few)


def test_offset_and_order_mean_something_else():
    assert means_the_same(PLAIN, CROPPED)
    assert not means_the_same(PLAIN, SWAPPED)
    assert not means_the_same(PLAIN, Candidate(PLAIN.values, label_offset=1))


def test_candidate_is_described_by_its_options():
    assert described(Candidate(SWAPPED.values, label_offset=1)) == (
        "--normalisation minus-one-to-one --channel-order BGR --label-offset 1"
    )


def test_sure_and_different_answers_tell_most():
    assert information_of(np.eye(4, dtype=np.float32)) == pytest.approx(2.0)
    assert information_of(np.full((4, 4), 0.25, np.float32)) == pytest.approx(0.0)
    assert information_of(np.eye(4, dtype=np.float32)[[0, 0, 0, 0]]) == pytest.approx(0.0)
    assert information_of(np.full((4, 4), np.nan, np.float32)) == 0.0
