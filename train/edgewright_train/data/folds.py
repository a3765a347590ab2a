"""The images outside the test split divided into folds, each of which is the validation split once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.splits import SplitRow


@dataclass(frozen=True)
class Fold:
    """One of several folds.

    Attributes:
        number: from 1 on.
        count: of all folds.
    """

    number: int
    count: int

    def __post_init__(self) -> None:
        if self.count < 2:
            raise EdgewrightError(f"--folds takes a whole number from 2 on, not {self.count}")


def rows_of_fold(
    rows: Sequence[SplitRow], fold: Fold, *, seed: int, groups: Mapping[str, str] | None = None
) -> tuple[SplitRow, ...]:
    """The same rows with this fold as `val` and the others as `train`; `test` stays as it is.

    Every class is divided on its own, and copies of one image stay together. The order in which contents are dealt out
    is that of a hash of the seed and the content.

    Args:
        rows: of all images.
        fold: which is held out.
        seed: another seed, other folds.
        groups: by content, the name of what must stay on one side with it (the runtime's `groups_of`).

    Raises:
        EdgewrightError: a class has fewer different images, or groups of them, outside the test split than there are
            folds.
    """
    groups = groups or {}
    by_class: dict[str, set[str]] = {}
    for row in rows:
        if row.split != "test":
            by_class.setdefault(row.label, set()).add(groups.get(row.sha256, row.sha256))
    label, fewest = min(by_class.items(), key=lambda item: len(item[1]))
    if len(fewest) < fold.count:
        raise EdgewrightError(
            f"The class {label!r} has {len(fewest)} different image(s) outside the test split, too few for "
            f"{fold.count} folds; give it more images, or fewer --folds"
        )
    held_out = _held_out(by_class.values(), fold, seed=seed)
    splits = {True: "val", False: "train"}
    return tuple(
        row if row.split == "test" else replace(row, split=splits[groups.get(row.sha256, row.sha256) in held_out])
        for row in rows
    )


def _held_out(by_class: Iterable[set[str]], fold: Fold, *, seed: int) -> set[str]:
    """The contents, or groups of them, of that fold."""
    fold_of: dict[str, int] = {}
    first = 0
    for contents in by_class:
        # What a class before has settled stays: a group may hold images of several classes.
        free = contents - fold_of.keys()
        order = sorted(free, key=lambda name: hashlib.sha256(f"{seed}:folds:{name}".encode()).digest())
        fold_of |= {name: (place - first) % fold.count for place, name in enumerate(order)}
        first += len(free)  # so that what is left over does not always go to the same fold
    return {name for name, number in fold_of.items() if number == fold.number - 1}
