"""The words that people use for the splits."""

import pytest

from edgewright_runtime.dataset.listing.split_names import in_words, split_named


@pytest.mark.parametrize(
    ("word", "split"),
    [("train", "train"), ("Training", "train"), (" VALID ", "val"), ("validation", "val"), ("testing", "test")],
)
def test_usual_words_mean_a_split_in_whatever_case(word, split):
    assert split_named(word) == split


@pytest.mark.parametrize("word", ["", "trains", "ripe", "test set", "0"])
def test_other_words_mean_none(word):
    assert split_named(word) is None


def test_splits_are_told_in_their_order():
    assert in_words({"test", "train"}) == "train and test"
    assert in_words({"val"}) == "val"
