"""Data warnings: what to know of a data set before one trusts a model that was trained on it."""

from __future__ import annotations

from collections import Counter, defaultdict

from edgewright_runtime.dataset.types import Dataset

IMBALANCE = 3.0
"""Ratio of the largest class to the smallest from which it is worth a word."""

SIZE_GAIN = 0.1
"""How much more often than the largest class an image's size may name its label before it is worth a word."""

_SHARED_BY = 5  # a size that fewer images have tells nothing about a class


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


def _size_tells_label(dataset: Dataset) -> str | None:
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
    if by_size - by_largest < SIZE_GAIN:
        return None
    return (
        f"The classes differ in image size: the size of the file alone names the class of {by_size:.0%} of the images "
        f"(always saying {largest_class!r}: {by_largest:.0%}), so a model may learn the source and not the subject; "
        f"test it on photographs of one source."
    )


def _copies(dataset: Dataset) -> str | None:
    copies = len(dataset.images) - len({image.sha256 for image in dataset.images})
    if not copies:
        return None
    return f"{copies} image(s) are exact copies of another of their class; they are kept together in one split."
