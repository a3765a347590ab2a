"""The images outside the test split divided into folds, each of which is the validation split once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
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


def rows_of_fold(rows: Sequence[SplitRow], fold: Fold, *, seed: int) -> tuple[SplitRow, ...]:
    """The same rows with this fold as `val` and the others as `train`; `test` stays as it is.

    Every class is divided on its own, and copies of one image stay together. The order in which contents are dealt out
    is that of a hash of the seed and the content.

    Raises:
        EdgewrightError: a class has fewer different images outside the test split than there are folds.
    """
    by_class: dict[str, set[str]] = {}
    for row in rows:
        if row.split != "test":
            by_class.setdefault(row.label, set()).add(row.sha256)
    label, fewest = min(by_class.items(), key=lambda item: len(item[1]))
    if len(fewest) < fold.count:
        raise EdgewrightError(
            f"The class {label!r} has {len(fewest)} different image(s) outside the test split, too few for "
            f"{fold.count} folds; give it more images, or fewer --folds"
        )
    held_out: set[str] = set()
    first = fold.number - 1
    for contents in by_class.values():
        order = sorted(contents, key=lambda sha256: hashlib.sha256(f"{seed}:folds:{sha256}".encode()).digest())
        held_out.update(order[(first % fold.count) :: fold.count])
        first += len(contents)  # so that what is left over does not always go to the same fold
    splits = {True: "val", False: "train"}
    return tuple(row if row.split == "test" else replace(row, split=splits[row.sha256 in held_out]) for row in rows)
