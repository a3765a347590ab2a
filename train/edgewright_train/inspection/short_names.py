"""Class names without what they all share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

_PARTED = re.compile(r"[\s_\-.]+")


def without_shared_parts(names: Sequence[str]) -> tuple[str, ...]:
    """The names without the words that all begin and all end with: `Augmented Banana Sigatoka` becomes `Sigatoka`.

    Words are parted by blanks, dashes, underscores and dots; a name keeps at least one.
    """
    if len(names) < 2:
        return tuple(names)
    words = [[*_PARTED.split(name.strip())] for name in names]
    most = min(map(len, words)) - 1
    before = min(most, _alike(words))
    after = min(most - before, _alike([each[::-1] for each in words]))
    shortened = tuple(" ".join(each[before : len(each) - after]) for each in words)
    return shortened if len(set(shortened)) == len(names) and all(shortened) else tuple(names)


def _alike(words: Sequence[Sequence[str]]) -> int:
    """How many words all lists begin with."""
    return len(list(takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False))))
