"""What a network is to learn: the same for every phase of a training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..data.pixels import Pixels
from ..recipes import Recipe
from .teaching import Teacher


@dataclass(frozen=True)
class LearningTask:
    """What a network is to learn, and from what.

    Attributes:
        pixels: decoded images, with their classes and splits.
        recipe: augmentation, balance, batch size, loss, and what each phase does.
        class_weight: factor of each class's loss; None where all count alike.
        seed: of shuffling and augmentation.
        teacher: whose answers are learnt from too; None where there is none.
    """

    pixels: Pixels
    recipe: Recipe
    class_weight: Mapping[int, float] | None = None
    seed: int = 0
    teacher: Teacher | None = None
