"""Images whose data set contradicts itself about them."""

from __future__ import annotations

from collections.abc import Sequence

from ..run.splits import SPLITS
from .types import LabelledImage, RejectedFile


def without_contradictions(images: Sequence[LabelledImage]) -> tuple[list[LabelledImage], list[RejectedFile]]:
    """The images whose content has one label and is in one split, and the others as rejected.

    A content that is in two splits stays in the one that is not trained on.
    """
    one_label, rejected = _without_second_labels(images)
    one_split, repeated = _without_second_splits(one_label)
    return one_split, rejected + repeated


def _without_second_labels(images: Sequence[LabelledImage]) -> tuple[list[LabelledImage], list[RejectedFile]]:
    first_of: dict[tuple[str, str], LabelledImage] = {}
    for image in images:
        first_of.setdefault((image.sha256, image.label), image)
    by_content: dict[str, list[LabelledImage]] = {}
    for image in first_of.values():
        by_content.setdefault(image.sha256, []).append(image)
    kept, rejected = [], []
    for image in images:
        other = next((one for one in by_content[image.sha256] if one.label != image.label), None)
        if other is None:
            kept.append(image)
        else:
            reason = f"its content is labelled {image.label!r} here and {other.label!r} as {other.path}"
            rejected.append(RejectedFile(image.path, reason))
    return kept, rejected


def _without_second_splits(images: Sequence[LabelledImage]) -> tuple[list[LabelledImage], list[RejectedFile]]:
    """What was trained on cannot be tested on, and what chose the model (val) cannot either."""
    latest: dict[str, LabelledImage] = {}
    for image in images:
        if _place(image) > _place(latest.setdefault(image.sha256, image)):
            latest[image.sha256] = image
    kept, rejected = [], []
    for image in images:
        other = latest[image.sha256]
        if other.split == image.split:
            kept.append(image)
        else:
            reason = f"its content is in {other.split} too, as {other.path}; an image may be in one split only"
            rejected.append(RejectedFile(image.path, reason))
    return kept, rejected


def _place(image: LabelledImage) -> int:
    return SPLITS.index(image.split or SPLITS[0])
