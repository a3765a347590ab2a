"""A random sample of a data set's images, where there are too many to compare each with each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edgewright_runtime.run.splits import SPLITS, SplitRow

from ..data.pixels import Pixels

MOST = 4000
"""Images: so many are compared with each other in a few seconds."""


def sampled_rows(rows: Sequence[SplitRow], *, most: int = MOST) -> tuple[SplitRow, ...]:
    """At most so many of the rows, in their order; the same ones each time."""
    return tuple(rows[place] for place in _places(len(rows), most))


def sampled(rows: Sequence[SplitRow], pixels: Pixels, *, most: int = MOST) -> tuple[Sequence[SplitRow], Pixels]:
    """At most so many of the rows and their pixels, in their order."""
    if len(rows) <= most:
        return rows, pixels
    places = _places(len(rows), most)
    chosen = [rows[place] for place in places]
    splits = np.array([row.split for row in chosen])
    parts = {name: np.flatnonzero(splits == name) for name in SPLITS}
    return chosen, Pixels(pixels.values[places], pixels.classes[places], parts)


def _places(count: int, most: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.sort(np.random.default_rng(0).permutation(count)[:most])
