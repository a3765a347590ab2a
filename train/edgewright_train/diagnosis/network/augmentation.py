"""Augmentation that makes one class look like another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...data.augmentation import augment
from ...recipes import Augmentation
from ..finding import WARNING, Finding
from .seen import NetworkSeen

Images = NDArray[np.float32]

_IMAGES = 120
_FEWEST = 4  # of a class
_CHANGED, _SURPLUS = 0.5, 3
"""Share of a class that must be taken for one and the same other class, and how many images that must be."""

_NOTHING: Mapping[str, Any] = {
    "horizontal_flip": False, "vertical_flip": False, "rotation_degrees": 0.0, "zoom": 0.0, "shift": 0.0, "shear": 0.0,
    "brightness": 0.0, "brightness_factor": 0.0, "contrast": 0.0, "channel_shift": 0.0, "mixup": 0.0, "cutmix": 0.0,
}  # fmt: skip


def augmentation_changes_labels(seen: NetworkSeen) -> Iterator[Finding]:
    """Kinds of change after which a probe takes most images of a class for those of one other class.

    A change that is only unfamiliar makes the answers scatter, and the probe unsure; one that changes the label leads
    to the other class, and surely.
    """
    places = np.concatenate([seen.pixels.places["val"], seen.pixels.places["test"]])
    places = np.random.default_rng(0).permutation(places)[:_IMAGES]
    images, classes = np.asarray(seen.pixels.values[places], np.float32), seen.pixels.classes[places]
    plain = seen.probe.answers(seen.probed(images))
    right = plain.predicted == classes
    if not right.any() or not np.isfinite(seen.features).all():
        return
    sure = 0.5 * float(np.median(plain.margins[right]))
    for field, change in _CHANGES.items():
        if not getattr(seen.recipe.augmentation, field):
            continue
        answers = seen.probe.answers(seen.probed(change(images[right], seen.recipe.augmentation)))
        said = np.where(answers.margins >= sure, answers.predicted, classes[right])
        yield from _finding(field, classes[right], said, seen)


def _finding(field: str, classes: NDArray[np.int64], said: NDArray[np.int64], seen: NetworkSeen) -> Iterator[Finding]:
    moved = np.zeros((len(seen.names),) * 2, int)
    np.add.at(moved, (classes, said), 1)
    counts = moved.sum(axis=1)
    np.fill_diagonal(moved, 0)
    shares = np.where(counts[:, None] >= _FEWEST, moved / np.maximum(counts, 1)[:, None], 0.0)
    true, other = divmod(int(shares.argmax()), shares.shape[1])
    if shares[true, other] < _CHANGED or moved[true, other] < _SURPLUS:
        return
    off = "false" if isinstance(getattr(seen.recipe.augmentation, field), bool) else "0.0, or less"
    yield Finding(
        "augmentation_changes_labels",
        WARNING,
        f"The augmentation {field} turns one class into another, so that the training teaches a wrong label.",
        f"After it, {seen.judge} takes {moved[true, other]} of {counts[true]} images of {seen.names[true]!r} surely "
        "for "
        f"{seen.names[other]!r}; it had all of them right before.",
        f"Set {field} = {off} in the recipe's [augmentation].",
    )


def _only(field: str) -> Callable[[Images, Augmentation], Images]:
    """A function that makes this one kind of change at random, as the training does."""

    def change(images: Images, choices: Augmentation) -> Images:
        alone = replace(choices, **{**_NOTHING, field: getattr(choices, field)})
        return np.asarray(augment(tf.constant(images), tf.constant([0, 0], tf.int64), choices=alone), np.float32)

    return change


_CHANGES: Mapping[str, Callable[[Images, Augmentation], Images]] = {
    # Whether a flip changes the label is seen where all images are flipped, not half of them.
    "horizontal_flip": lambda images, _: np.ascontiguousarray(images[:, :, ::-1]),
    "vertical_flip": lambda images, _: np.ascontiguousarray(images[:, ::-1]),
    **{
        field: _only(field)
        for field in ("rotation_degrees", "zoom", "shift", "shear", "brightness", "brightness_factor", "contrast")
    },
    "channel_shift": _only("channel_shift"),
}
