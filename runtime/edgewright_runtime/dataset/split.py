"""Which image goes into which split."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from ..errors import EdgewrightError
from ..run.splits import SPLITS, SplitRow
from ..suggestion import named
from .groups import groups_of, members
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

    Every class is divided on its own, by content: copies of one image go together, and so do near-duplicates and what
    the data set gives one group (`groups.groups_of`), of whatever classes they are. The order in which contents are
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
    if drawn:
        split_of |= _drawn_splits(dataset, drawn, seed=seed, every_class=every_class)
    rows = tuple(SplitRow(i.path, i.label, split_of[i.sha256], i.sha256) for i in dataset.images)
    if every_class:
        _check_trainable(rows, dataset.class_names)
    else:
        _check_none_empty(rows)
    return rows


def _drawn_splits(dataset: Dataset, shares: Mapping[str, float], *, seed: int, every_class: bool) -> dict[str, str]:
    """The split of those contents that go into one of `shares`."""
    groups = groups_of(dataset.images)
    settled: dict[str, str] = {}  # groups of which one class has been divided already
    drawn: dict[str, str] = {}
    for contents in _divided_alike(dataset, groups, shares, every_class=every_class):
        together = members(groups, sorted(contents))
        found = _draw(together, shares, seed=seed, settled=settled)
        settled |= {name: found.get(name, "train") for name in together}
        drawn |= {content: found[name] for name, inside in together.items() if name in found for content in inside}
    return drawn


def _divided_alike(
    dataset: Dataset, groups: Mapping[str, str], shares: Mapping[str, float], *, every_class: bool
) -> list[set[str]]:
    """The different contents that the shares are drawn from: of each class, and of all that are too small together."""
    by_class: dict[str, set[str]] = {name: set() for name in dataset.class_names}
    for image in dataset.images:
        if image.split in {None, "train"}:
            by_class[image.label].add(image.sha256)
    counts = {name: len({groups[content] for content in contents}) for name, contents in by_class.items()}
    small = {name: contents for name, contents in by_class.items() if counts[name] <= len(shares)}
    if small and every_class:
        label, contents = next(iter(small.items()))
        apart = "" if counts[label] == len(contents) else f", in {counts[label]} group(s) that belong together,"
        raise EdgewrightError(
            f"The class {label!r} has {len(contents)} different image(s){apart} to draw {' and '.join(shares)} from; "
            f"it needs at least {len(shares) + 1}"
        )
    alike = [*(contents for name, contents in by_class.items() if name not in small), set().union(*small.values())]
    return [contents for contents in alike if len(members(groups, contents)) > len(shares)]


def _draw(
    together: Mapping[str, Sequence[str]], shares: Mapping[str, float], *, seed: int, settled: Mapping[str, str]
) -> dict[str, str]:
    """The split of those groups that go into one of `shares`; there are more groups than shares."""
    free = [name for name in together if name not in settled]
    order = sorted(free, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest())
    total = sum(map(len, together.values()))
    drawn = {name: settled[name] for name in together if settled.get(name) in shares}
    for later, (split, share) in enumerate(shares.items(), start=1):
        have = sum(len(together[name]) for name, where in drawn.items() if where == split)
        # Leave one group for each split that is still to come, train included.
        most = len(order) - (len(shares) - later) - 1
        taken = _taken([(name, len(together[name])) for name in order], max(1, round(share * total)) - have, most)
        drawn |= dict.fromkeys(taken, split)
        order = [name for name in order if name not in taken]
    return drawn


def _taken(sizes: Sequence[tuple[str, int]], wanted: int, most: int) -> set[str]:
    """The first groups that together have about as many contents as are wanted; no more groups than `most`."""
    taken: set[str] = set()
    for name, size in sizes:
        if wanted <= 0 or len(taken) >= most:
            break
        # A group that is too large for what is left is left to train, unless there would be nothing.
        if size <= wanted:
            taken.add(name)
            wanted -= size
    if not taken and wanted > 0 and most > 0 and sizes:
        taken.add(min(sizes, key=lambda each: each[1])[0])
    return taken


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
