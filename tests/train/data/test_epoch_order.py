"""An epoch's order follows from its number, and so does which part of the places it shows."""

import numpy as np
import pytest

from edgewright_train.data.epoch_order import EpochClock, shuffled_batches


def shown(batches) -> list[list[int]]:
    return [np.asarray(batch).tolist() for batch, _ in batches]


@pytest.mark.parametrize("clocked", [True, False])
def test_epochs_show_one_part_after_the_other_and_begin_anew(clocked):
    places, clock = np.arange(100, 112), EpochClock() if clocked else None
    batches = shuffled_batches(places, np.zeros(12, np.int64), batch_size=3, seed=1, parts=3, clock=clock)
    assert len(batches) == 2
    epochs = []
    for epoch in range(4):
        if clock:
            clock.epoch = epoch
        epochs.append(shown(batches))
    assert [[len(batch) for batch in epoch] for epoch in epochs] == [[3, 1]] * 4
    parts = [sorted(place for batch in epoch for place in batch) for epoch in epochs]
    assert parts == [list(range(start, start + 4)) for start in (100, 104, 108, 100)]
    assert epochs[0] != epochs[3]
