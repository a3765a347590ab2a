"""An epoch's order follows from the seed and its number alone, and so does which part of the places it shows."""

import numpy as np
import pytest

from edgewright_train.data.epoch_order import EpochClock, shuffled_batches

PLACES = np.arange(100, 123, dtype=np.int64)
CLASSES = np.array([0] * 15 + [1] * 8)


def shown(batches):
    """The places of each batch of a pass, and the batches' seeds."""
    passed = [(batch.numpy().tolist(), seed.numpy().tolist()) for batch, seed in batches]
    return [places for places, _ in passed], [seed for _, seed in passed]


def made(**options):
    return shuffled_batches(PLACES, CLASSES, batch_size=5, **{"seed": 3, **options})


def test_pass_shows_every_place_once_in_batches_of_the_size_and_a_rest():
    places, seeds = shown(made())
    assert [len(batch) for batch in places] == [5, 5, 5, 5, 3]
    order = [place for batch in places for place in batch]
    assert sorted(order) == PLACES.tolist()
    assert order != PLACES.tolist()
    assert len({tuple(seed) for seed in seeds}) == 5


def test_each_pass_is_an_epoch_of_its_own_and_the_same_again_with_the_same_seed():
    one, again = made(), made()
    first, second = shown(one), shown(one)
    assert first != second
    assert (shown(again), shown(again)) == (first, second)
    assert shown(made(seed=4)) != first


def test_clock_says_which_epoch_it_is_whatever_was_shown_before():
    clock, in_turn = EpochClock(), made()
    epochs = [shown(in_turn) for _ in range(3)]
    batches = made(clock=clock)
    for epoch in (2, 0, 1, 1):
        clock.epoch = epoch
        assert shown(batches) == epochs[epoch]


@pytest.mark.parametrize("balance", ["none", "balanced_sampling", "oversampling", "undersampling"])
def test_number_of_batches_is_known_before(balance):
    batches = made(balance=balance)
    assert len(batches) == len(shown(batches)[0])


@pytest.mark.parametrize("clocked", [True, False])
def test_epochs_show_one_part_after_the_other_and_begin_anew(clocked):
    places, clock = np.arange(100, 112), EpochClock() if clocked else None
    batches = shuffled_batches(places, np.zeros(12, np.int64), batch_size=3, seed=1, parts=3, clock=clock)
    assert len(batches) == 2
    epochs = []
    for epoch in range(4):
        if clock:
            clock.epoch = epoch
        epochs.append(shown(batches)[0])
    assert [[len(batch) for batch in epoch] for epoch in epochs] == [[3, 1]] * 4
    parts = [sorted(place for batch in epoch for place in batch) for epoch in epochs]
    assert parts == [list(range(start, start + 4)) for start in (100, 104, 108, 100)]
    assert epochs[0] != epochs[3]
