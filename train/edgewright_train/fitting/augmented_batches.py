"""Batches of augmented images as a recipe says, the same for every phase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..data.epoch_order import EpochClock
from ..data.pixels import Pixels
from ..recipes import Recipe
from .distillation import taught_batches
from .teaching import Teacher


def augmented_batches(
    pixels: Pixels,
    *,
    recipe: Recipe,
    classes: int,
    class_weight: Mapping[int, float] | None,
    seed: int,
    clock: EpochClock | None = None,
    teacher: Teacher | None = None,
) -> Any:
    """`data.batches.training_batches` with the recipe's options, and the answers of a teacher behind the labels."""
    return taught_batches(
        pixels,
        teacher,
        batch_size=recipe.batch_size,
        augmentation=recipe.augmentation,
        classes=classes,
        seed=seed,
        balance=recipe.balance,
        class_weight=class_weight,
        clock=clock,
    )
