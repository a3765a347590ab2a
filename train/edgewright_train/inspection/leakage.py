"""Which split each image is in: as the data set gives it, or as a training would draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgewright_runtime.dataset import Dataset, LabelledImage, split_dataset
from edgewright_runtime.dataset.contradictions import without_contradictions
from edgewright_runtime.errors import EdgewrightError

from .images.image_facts import ImageFacts

NO_SPLIT = ""


@dataclass(frozen=True)
class Splits:
    """The split of each image.

    Attributes:
        of_images: `train`, `val`, `test`, or empty where there is none.
        given: whether the data set gives them.
        note: why there are none, or how they came about.
    """

    of_images: tuple[str, ...]
    given: bool
    note: str


def splits_of(images: Sequence[ImageFacts], *, seed: int) -> Splits:
    """The splits that a training with that seed would use, with the recipes' usual shares."""
    given = any(image.split for image in images)
    labelled = [_labelled(image) for image in images]
    kept, _ = without_contradictions(labelled)
    labels = tuple(sorted({image.label for image in kept}))
    try:
        rows = split_dataset(Dataset(tuple(kept), labels), seed=seed)
    except EdgewrightError as error:
        found = tuple(image.split or NO_SPLIT for image in images)
        return Splits(found, given, f"A training could not split the data set: {error}")
    drawn = {(row.path, row.label): row.split for row in rows}
    found = tuple(drawn.get((image.path, image.label), image.split or NO_SPLIT) for image in images)
    how = "as the data set gives them" if given else f"as edgewright train draws them with seed {seed}"
    return Splits(found, given, f"Splits are taken {how}.")


def _labelled(image: ImageFacts) -> LabelledImage:
    return LabelledImage(
        image.path, image.label, image.sha256, image.split, image.width_px, image.height_px, image.look, image.group
    )
