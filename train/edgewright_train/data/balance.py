"""Which training images an epoch shows, and how often, so that rare classes count."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


def epoch_places(places: Places, classes: NDArray[np.int64], *, balance: str, generator: np.random.Generator) -> Places:
    """The places of one epoch's images, shuffled.

    Args:
        places: of the training split.
        classes: class index of each of these places.
        balance: as in the recipe; `none` and `class_weights` show each image once.
        generator: decides the order, and which images are repeated or left out.

    Returns:
        As many places as `epoch_length` says.
    """
    rows = [places[classes == each] for each in np.unique(classes)]
    return _ORDERS[balance](rows, generator)


def epoch_length(classes: NDArray[np.int64], *, balance: str) -> int:
    """How many images an epoch shows."""
    counts = np.unique(classes, return_counts=True)[1]
    return _LENGTHS[balance](counts)


def _each_once(rows: Sequence[Places], generator: np.random.Generator) -> Places:
    return generator.permutation(np.concatenate(rows))


def _in_turns(rows: Sequence[Places], generator: np.random.Generator) -> Places:
    """As many images as there are, one of each class in every round, the classes of a round in any order."""
    total = sum(len(row) for row in rows)
    rounds = -(-total // len(rows))
    table = np.stack([_repeated(row, rounds, generator) for row in rows], axis=1)
    return generator.permuted(table, axis=1).reshape(-1)[:total]


def _as_the_largest(rows: Sequence[Places], generator: np.random.Generator) -> Places:
    return _of_each(rows, max(len(row) for row in rows), generator)


def _as_the_smallest(rows: Sequence[Places], generator: np.random.Generator) -> Places:
    return _of_each(rows, min(len(row) for row in rows), generator)


def _of_each(rows: Sequence[Places], count: int, generator: np.random.Generator) -> Places:
    return generator.permutation(np.concatenate([_repeated(row, count, generator) for row in rows]))


def _repeated(row: Places, count: int, generator: np.random.Generator) -> Places:
    """So many of the places; none comes once more than another does, and which those are is chance."""
    times = -(-count // len(row))
    return np.concatenate([generator.permutation(row) for _ in range(times)])[:count]


_ORDERS: dict[str, Callable[[Sequence[Places], np.random.Generator], Places]] = {
    "none": _each_once,
    "class_weights": _each_once,
    "balanced_sampling": _in_turns,
    "oversampling": _as_the_largest,
    "undersampling": _as_the_smallest,
}

_LENGTHS: dict[str, Callable[[NDArray[np.int64]], int]] = {
    "none": lambda counts: int(counts.sum()),
    "class_weights": lambda counts: int(counts.sum()),
    "balanced_sampling": lambda counts: int(counts.sum()),
    "oversampling": lambda counts: int(counts.max() * len(counts)),
    "undersampling": lambda counts: int(counts.min() * len(counts)),
}
