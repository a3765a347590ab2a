"""How sure a search may be."""

from dataclasses import replace

import numpy as np

from edgewright_convert.importing.contract_search import Candidate, Geometry, Score, Values
from edgewright_convert.importing.contract_search.verdict import (
    best_first,
    described,
    is_sure,
    means_the_same,
    new_values,
    open_questions,
)
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS, normalisation_named

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
    assert sentence.startswith("--normalisation minus-one-to-one --channel-order BGR cannot be told from it")


def test_better_way_to_resize_is_no_reason_to_be_sure_of_the_values():
    scores = [score(CROPPED, 80), score(PLAIN, 50), score(SWAPPED, 48)]
    assert not is_sure(scores)
    assert "(48.0% right against 50.0% right)" in open_questions(scores)[0]


def test_another_way_to_resize_is_no_doubt_about_the_values():
    scores = [score(PLAIN, 80), score(CROPPED, 79)]
    assert is_sure(scores)
    (sentence,) = open_questions(scores)
    assert sentence.startswith(
        "These photographs do not settle how they are resized: crop of 0.875 (bilinear) gives 79"
    )


def test_without_labels_nothing_is_sure():
    scores = [score(PLAIN), score(SWAPPED)]
    assert not is_sure(scores)
    assert len(open_questions(scores)) == 1


def test_surest_comes_first_unless_another_is_right_more_often_beyond_chance():
    likely, unlikely = np.full(100, -1.0), np.full(100, -2.0)
    sure, often = score(SWAPPED, 50), score(PLAIN, 80)
    sure, often = (replace(each, log_likelihood=bits) for each, bits in ((sure, likely), (often, unlikely)))
    assert best_first([often, sure])[0] is often
    assert best_first([replace(often, right=sure.right), sure])[0] is sure
    assert best_first([]) == ()


def test_range_without_a_name_comes_first_only_if_it_can_be_told_from_the_best_that_has_one():
    named, other = score(PLAIN, 80), score(Candidate(Values(normalisation_named("0.0078,-2"))), 80)
    named, nearly, clearly = (
        replace(each, log_likelihood=np.full(100, bits) + np.linspace(-1, 1, 100) * spread)
        for each, bits, spread in ((named, -1.0, 0.0), (other, -0.99, 1.0), (other, -0.1, 1.0))
    )
    assert best_first([named, nearly])[0] is named
    assert best_first([named, clearly])[0] is clearly


def test_values_that_were_tried_under_another_name_are_not_new():
    nearly = Values(normalisation_named("0.0078125,-1"))
    other = Values(normalisation_named("0.0078125,0"))
    assert new_values([nearly, other], [score(PLAIN, 1)]) == (other,)


def test_offset_and_order_mean_something_else():
    assert means_the_same(PLAIN, CROPPED)
    assert not means_the_same(PLAIN, SWAPPED)
    assert not means_the_same(PLAIN, Candidate(PLAIN.values, label_offset=1))


def test_candidate_is_described_by_its_options():
    assert described(Candidate(SWAPPED.values, label_offset=1)) == (
        "--normalisation minus-one-to-one --channel-order BGR --label-offset 1"
    )
