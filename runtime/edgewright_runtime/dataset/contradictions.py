"""Images whose data set contradicts itself about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import EdgewrightError
from .types import LabelledImage, RejectedFile


def without_contradictions(images: Sequence[LabelledImage]) -> tuple[list[LabelledImage], list[RejectedFile]]:
    """The images whose content has one label, and the others as rejected.

    Raises:
        EdgewrightError: one content is in two splits.
    """
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
    _check_splits(kept)
    return kept, rejected


def _check_splits(images: Iterable[LabelledImage]) -> None:
    first: dict[str, LabelledImage] = {}
    for image in images:
        other = first.setdefault(image.sha256, image)
        if other.split != image.split:
            raise EdgewrightError(
                f"{other.path} ({other.split}) and {image.path} ({image.split}) have the same content; an image may "
                f"be in one split only"
            )
