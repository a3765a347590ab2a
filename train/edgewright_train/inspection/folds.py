"""Parts of the images that are held out in turn, what shows the same always together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FOLDS = 5


def fold_numbers(
    classes: NDArray[np.int64], groups: Sequence[int], *, folds: int = FOLDS, seed: int = 0
) -> NDArray[np.int64]:
    """For each image the number of its fold, 0 to folds - 1; each class is dealt out evenly.

    Args:
        classes: class index of each image.
        groups: of each image; what has the same number goes into one fold.
        folds: how many.
        seed: of the order in which groups are dealt out.
    """
    generator = np.random.default_rng(seed)
    first_of = {group: place for place, group in reversed(list(enumerate(groups)))}
    leaders = np.array(sorted(first_of.values()), np.int64)
    fold_of: dict[int, int] = {}
    start = 0
    for index in np.unique(classes):
        own = generator.permutation(leaders[classes[leaders] == index])
        fold_of |= {groups[place]: (start + number) % folds for number, place in enumerate(own.tolist())}
        start += len(own)
    return np.array([fold_of[group] for group in groups], np.int64)
