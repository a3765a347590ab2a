"""What an epoch shows of each class, whatever the classes' sizes."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_train.data.balance import epoch_length, epoch_places
from edgewright_train.recipes.optimization import BALANCES

SIZES = st.lists(st.integers(1, 30), min_size=2, max_size=6)
SEEDS = st.integers(0, 2**31)


def split_of(sizes: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Places that are no indices, and the class of each; the classes lie mingled."""
    classes = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    return np.arange(len(classes)) * 3 + 1000, classes


def shown(sizes: list[int], balance: str, seed: int) -> tuple[list[int], np.ndarray]:
    """The places of an epoch, and how many of each class are among them."""
    places, classes = split_of(sizes)
    found = epoch_places(places, classes, balance=balance, generator=np.random.default_rng(seed))
    class_of = dict(zip(places.tolist(), classes.tolist(), strict=True))
    return found.tolist(), np.bincount([class_of[place] for place in found.tolist()], minlength=len(sizes))


@pytest.mark.parametrize("balance", BALANCES)
@given(SIZES, SEEDS)
def test_length_is_foretold_and_only_places_of_the_split_come(balance, sizes, seed):
    places, classes = split_of(sizes)
    found, _ = shown(sizes, balance, seed)
    assert len(found) == epoch_length(classes, balance=balance)
    assert set(found) <= set(places.tolist())


@pytest.mark.parametrize("balance", ["none", "class_weights"])
@given(SIZES, SEEDS)
def test_without_sampling_each_image_comes_once(balance, sizes, seed):
    assert sorted(shown(sizes, balance, seed)[0]) == sorted(split_of(sizes)[0].tolist())


@given(SIZES, SEEDS)
def test_oversampling_shows_all_images_and_all_classes_as_often_as_the_largest(sizes, seed):
    found, counts = shown(sizes, "oversampling", seed)
    assert set(found) == set(split_of(sizes)[0].tolist())
    assert counts.tolist() == [max(sizes)] * len(sizes)


@given(SIZES, SEEDS)
def test_undersampling_shows_no_image_twice_and_all_classes_as_often_as_the_smallest(sizes, seed):
    found, counts = shown(sizes, "undersampling", seed)
    assert len(set(found)) == len(found)
    assert counts.tolist() == [min(sizes)] * len(sizes)


@given(SIZES, SEEDS)
def test_balanced_sampling_keeps_the_length_and_classes_differ_by_at_most_one_image(sizes, seed):
    found, counts = shown(sizes, "balanced_sampling", seed)
    assert len(found) == sum(sizes)
    assert np.ptp(counts) <= 1


@pytest.mark.parametrize("balance", ["oversampling", "balanced_sampling"])
def test_images_of_a_rare_class_are_repeated_evenly(balance):
    found, _ = shown([3, 30], balance, seed=1)
    rare = split_of([3, 30])[0][split_of([3, 30])[1] == 0]
    times = [Counter(found)[place] for place in rare.tolist()]
    assert max(times) - min(times) <= 1


def test_another_epoch_of_undersampling_shows_other_images_of_the_large_class():
    assert set(shown([3, 30], "undersampling", 1)[0]) != set(shown([3, 30], "undersampling", 2)[0])


def test_orders_follow_from_the_generator():
    for balance in BALANCES:
        assert shown([3, 30], balance, 1)[0] == shown([3, 30], balance, 1)[0]
        assert shown([3, 30], balance, 1)[0] != shown([3, 30], balance, 2)[0]
