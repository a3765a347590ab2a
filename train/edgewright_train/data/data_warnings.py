"""Data warnings: what to know of a data set before one trusts a model that was trained on it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from edgewright_runtime.dataset.types import Dataset

IMBALANCE = 3.0
"""Ratio of the largest class to the smallest from which it is worth a word."""

SIZE_GAIN = 0.1
"""How much more often than the largest class an image's size may name its label before it is worth a word."""

_SHARED_BY = 5  # a size that fewer images have tells nothing about a class


TOLD_BEFORE = frozenset({"imbalance", "size_tells_class", "unreadable_files"})
"""Codes of the doctor's findings that a training has said before it began, in these words or by naming the files."""


def data_warnings(dataset: Dataset) -> tuple[str, ...]:
    """One sentence for each thing about the data set that calls for care; each ends with what to do."""
    found = (_imbalance(dataset), _size_tells_label(dataset), _copies(dataset))
    return tuple(sentence for sentence in found if sentence)


def _imbalance(dataset: Dataset) -> str | None:
    counts = Counter(image.label for image in dataset.images).most_common()
    (most, largest), (least, smallest) = counts[0], counts[-1]
    if largest < IMBALANCE * smallest:
        return None
    return (
        f"The classes are uneven: {most!r} has {largest} images and {least!r} {smallest}; look at the recall of each "
        f"class, not only at the accuracy."
    )


@dataclass(frozen=True)
class SizeTells:
    """How often an image's size gives its class away.

    Attributes:
        by_size: share of the images whose class the size of the file names.
        by_largest: share that is right when it is always the largest class that is said.
        largest_class: its name.
    """

    by_size: float
    by_largest: float
    largest_class: str


def size_tells_label(dataset: Dataset) -> SizeTells | None:
    """How often an image's size gives its class away; None where that is hardly more than chance."""
    labels_of: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for image in dataset.images:
        labels_of[image.width_px, image.height_px][image.label] += 1
    largest_class = Counter(image.label for image in dataset.images).most_common(1)[0][0]
    guessed = sum(
        counts.most_common(1)[0][1] if counts.total() >= _SHARED_BY else counts[largest_class]
        for counts in labels_of.values()
    )
    by_size = guessed / len(dataset.images)
    by_largest = dataset.count(largest_class) / len(dataset.images)
    return SizeTells(by_size, by_largest, largest_class) if by_size - by_largest >= SIZE_GAIN else None


def _size_tells_label(dataset: Dataset) -> str | None:
    told = size_tells_label(dataset)
    if told is None:
        return None
    return (
        f"The classes differ in image size: the size of the file alone names the class of {told.by_size:.0%} of the "
        f"images (always saying {told.largest_class!r}: {told.by_largest:.0%}), so a model may learn the source and "
        "not "
        f"the subject; test it on photographs of one source."
    )


def _copies(dataset: Dataset) -> str | None:
    copies = len(dataset.images) - len({image.sha256 for image in dataset.images})
    if not copies:
        return None
    return f"{copies} image(s) are exact copies of another of their class; they are kept together in one split."
