"""Which image goes into which split."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ..errors import EdgewrightError
from ..run.splits import SplitRow
from .types import Dataset, LabelledImage


def split_dataset(
    dataset: Dataset, *, val_fraction: float = 0.15, test_fraction: float = 0.2, seed: int = 0
) -> tuple[SplitRow, ...]:
    """One row per image, in the order of the data set.

    Every class is divided on its own, by content: copies of one image go together. The order in which contents are
    drawn is that of a hash of the seed and the content, so it depends on neither the paths nor the file system nor the
    version of a random generator. A split that the data set gives is kept; `val` or `test`, where it gives none, is
    drawn from its `train`.

    Args:
        dataset: at least three different images of each class, unless it gives the splits.
        val_fraction: share of the distinct images of each class for `val`, in (0, 1).
        test_fraction: the same for `test`.
        seed: another seed, another division.

    Raises:
        EdgewrightError: the fractions leave nothing to train on, or a class has too few images.
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
        for name in dataset.class_names:
            of_class = [image for image in dataset.images if image.label == name]
            split_of.update(_draw(of_class, drawn, label=name, seed=seed))
    rows = tuple(SplitRow(i.path, i.label, split_of[i.sha256], i.sha256) for i in dataset.images)
    _check_trainable(rows, dataset.class_names)
    return rows


def _draw(images: Sequence[LabelledImage], shares: dict[str, float], *, label: str, seed: int) -> dict[str, str]:
    contents = {image.sha256 for image in images if image.split in {None, "train"}}
    if len(contents) <= len(shares):
        raise EdgewrightError(
            f"The class {label!r} has {len(contents)} different image(s) to draw {' and '.join(shares)} from; it needs "
            f"at least {len(shares) + 1}"
        )
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
            f"The train split has no image of the class(es) {', '.join(map(repr, untrained))}; every class needs one"
        )
