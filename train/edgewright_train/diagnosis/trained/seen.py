"""What is known of a training that has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...fitting import Epoch
from ...recipes import Recipe

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class HeldOut:
    """The network's answers on images that it was not fitted to.

    Attributes:
        probabilities: of shape (images, classes).
        classes: true class index of each image.
        features: that the head was given, of shape (images, channels).
        paths: of the images.
    """

    probabilities: Floats
    classes: NDArray[np.int64]
    features: Floats
    paths: Sequence[str]


@dataclass(frozen=True)
class HeadWeights:
    """The head before and after the training.

    Attributes:
        before: its weights; None where they were not kept.
        after: its weights.
        trainable: how many of its variables can be trained.
        silent: by layer of the head with an activation, the share of its units that no held-out image makes fire.
    """

    before: Sequence[Floats] | None
    after: Sequence[Floats]
    trainable: int
    silent: Mapping[str, float]


@dataclass(frozen=True)
class TrainingSeen:
    """A training that has ended.

    Attributes:
        recipe: how it was trained.
        names: of the classes.
        epochs: the history of all phases.
        train_images: how many.
        held_out: answers on `val` and `test`.
        head: before and after.
    """

    recipe: Recipe
    names: Sequence[str]
    epochs: Sequence[Epoch]
    train_images: int
    held_out: Mapping[str, HeldOut]
    head: HeadWeights

    def of_phase(self, phase: str) -> tuple[Epoch, ...]:
        """The history of one phase."""
        return tuple(epoch for epoch in self.epochs if epoch.phase == phase)
