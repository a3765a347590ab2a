"""Which image goes into which split."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from ..errors import EdgewrightError
from ..run.splits import SPLITS, SplitRow
from ..suggestion import named
from .types import Dataset


def split_dataset(
    dataset: Dataset,
    *,
    val_fraction: float = 0.15,
    test_fraction: float = 0.2,
    seed: int = 0,
    every_class: bool = True,
) -> tuple[SplitRow, ...]:
    """One row per image, in the order of the data set.

    Every class is divided on its own, by content: copies of one image go together. The order in which contents are
    drawn is that of a hash of the seed and the content, so it depends on neither the paths nor the file system nor the
    version of a random generator. A split that the data set gives is kept; `val` or `test`, where it gives none, is
    drawn from its `train`.

    Args:
        dataset: at least three different images of each class, unless it gives the splits or `every_class` is not set.
        val_fraction: share of the distinct images of each class for `val`, in (0, 1).
        test_fraction: the same for `test`.
        seed: another seed, another division.
        every_class: whether every class must be in every split. Else those with too few images for that are divided
            together, as one class: each of their images goes where the draw puts it. Where even these are too few,
            they stay in `train`.

    Raises:
        EdgewrightError: the fractions leave nothing to train on, a class has too few images, or a split has none.
    """
    if not (val_fraction > 0 and test_fraction > 0 and val_fraction + test_fraction < 1):
        raise EdgewrightError(
            f"The fractions val {val_fraction} and test {test_fraction} must be above 0 and together below 1"
        )
    wanted = {"test": test_fraction, "val": val_fraction}
    given = {image.split for image in dataset.images if image.split}
    drawn = {name: share for name, share in wanted.items() if name not in given}
    split_of = {image.sha256: image.split or "train" for image in dataset.images}
    for contents in _divided_alike(dataset, drawn, every_class=every_class) if drawn else ():
        split_of.update(_draw(contents, drawn, seed=seed))
    rows = tuple(SplitRow(i.path, i.label, split_of[i.sha256], i.sha256) for i in dataset.images)
    if every_class:
        _check_trainable(rows, dataset.class_names)
    else:
        _check_none_empty(rows)
    return rows


def _divided_alike(dataset: Dataset, shares: Mapping[str, float], *, every_class: bool) -> list[set[str]]:
    """The different contents that the shares are drawn from: of each class, and of all that are too small together."""
    by_class: dict[str, set[str]] = {name: set() for name in dataset.class_names}
    for image in dataset.images:
        if image.split in {None, "train"}:
            by_class[image.label].add(image.sha256)
    small = {name: contents for name, contents in by_class.items() if len(contents) <= len(shares)}
    if small and every_class:
        label, contents = next(iter(small.items()))
        raise EdgewrightError(
            f"The class {label!r} has {len(contents)} different image(s) to draw {' and '.join(shares)} from; it needs "
            f"at least {len(shares) + 1}"
        )
    groups = [*(contents for name, contents in by_class.items() if name not in small), set().union(*small.values())]
    return [contents for contents in groups if len(contents) > len(shares)]


def _draw(contents: set[str], shares: Mapping[str, float], *, seed: int) -> dict[str, str]:
    """The split of those contents that go into one of `shares`; there are more contents than shares."""
    order = sorted(contents, key=lambda sha256: hashlib.sha256(f"{seed}:{sha256}".encode()).digest())
    drawn: dict[str, str] = {}
    for later, (name, share) in enumerate(shares.items(), start=1):
        # Leave one content for each split that is still to come, train included.
        most = len(order) - (len(shares) - later) - 1
        count = min(max(1, round(share * len(contents))), most)
        drawn |= dict.fromkeys(order[:count], name)
        order = order[count:]
    return drawn


def _check_trainable(rows: Sequence[SplitRow], labels: Sequence[str]) -> None:
    trained = {row.label for row in rows if row.split == "train"}
    untrained = [label for label in labels if label not in trained]
    if untrained:
        raise EdgewrightError(
            f"The train split has no image of the class(es) {named(map(repr, untrained))}; every class needs one"
        )


def _check_none_empty(rows: Sequence[SplitRow]) -> None:
    used = {row.split for row in rows}
    empty = [split for split in SPLITS if split not in used]
    if empty:
        raise EdgewrightError(
            f"No image is left for {' and '.join(empty)}; add images, so that train, val and test all have one"
        )
