"""Classes with too few images, too many beside others, or none where they are needed."""

from __future__ import annotations

from collections.abc import Iterator

from edgewright_runtime.evaluation.statistics import wilson_interval
from edgewright_runtime.suggestion import named

from ...data.data_warnings import IMBALANCE
from ..finding import ERROR, WARNING, Finding
from .seen import DataSeen

FEW = 15
"""Images of a class below which nothing can be said of it: with 15 percent held back, two of them validate it."""

_WIDE = 0.25
"""Width of the interval of a validation accuracy of 0.9 from which it cannot steer a training."""


def few_images(seen: DataSeen) -> Iterator[Finding]:
    """Classes with too few images to be learned and judged."""
    counts = seen.counts()
    few = {name: count for name, count in counts.items() if count < FEW}
    if not few:
        return
    usual = sorted(counts.values())[len(counts) // 2]
    shown = named(f"{name!r} has {count}" for name, count in few.items())
    yield Finding(
        "class_too_small",
        WARNING,
        f"{len(few)} of {len(counts)} classes have too few images to be learned and judged.",
        f"{shown}; the middle class has {usual}, and below {FEW} only one or two are left to validate and to test.",
        "Take more photographs of them, or leave the classes out until there are some.",
    )


def imbalance(seen: DataSeen) -> Iterator[Finding]:
    """Classes of very different size; those that are too small anyway are told elsewhere."""
    counts = {name: count for name, count in seen.counts().items() if count >= FEW}
    if not counts:
        return
    most, least = max(counts, key=lambda name: counts[name]), min(counts, key=lambda name: counts[name])
    if counts[most] < IMBALANCE * counts[least]:
        return
    made_up = seen.recipe.balance
    remedy = (
        f'The recipe makes up for it (balance = "{made_up}"); judge by the recall of each class and the macro F1.'
        if made_up != "none"
        else 'Set balance = "class_weights" in the recipe, and judge by the recall of each class and the macro F1.'
    )
    yield Finding(
        "imbalance",
        WARNING,
        "The classes are uneven, and the accuracy is mostly that of the large ones.",
        f"{most!r} has {counts[most]} images and {least!r} {counts[least]}, "
        f"{counts[most] / counts[least]:.1f} times fewer.",
        remedy,
    )


def missing_from_split(seen: DataSeen) -> Iterator[Finding]:
    """Classes that a split has no image of."""
    for split in ("train", "val", "test"):
        absent = [name for name, count in seen.counts(split).items() if not count]
        if absent:
            yield Finding(
                "class_missing_from_split",
                ERROR if split == "train" else WARNING,
                f"The {split} split has no image of {len(absent)} of {len(seen.dataset.labels)} classes.",
                f"Missing: {named(map(repr, absent))}; {split} has {seen.split_sizes[split]} images in all.",
                "Give each split some images of each class, or leave the split folders or the column split out and let "
                "Edgewright draw them.",
            )


def validation_too_small(seen: DataSeen) -> Iterator[Finding]:
    """A validation split that chance decides."""
    count = seen.split_sizes["val"]
    if not count:
        return
    low, high = wilson_interval(round(0.9 * count), count, confidence=0.95)
    if high - low <= _WIDE:
        return
    yield Finding(
        "validation_too_small",
        WARNING,
        "The validation split is too small to choose the best epoch by.",
        f"It has {count} images; an accuracy of 90 % is then known no better than {low:.0%} to {high:.0%}.",
        f"Set a larger val_fraction in the recipe (now {seen.recipe.val_fraction:g}), add images, or take --folds 5.",
    )
