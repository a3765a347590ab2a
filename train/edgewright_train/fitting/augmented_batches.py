"""Batches of augmented images as a recipe says, the same for every phase."""

from __future__ import annotations

from typing import Any

from ..data.epoch_order import EpochClock
from .distillation import taught_batches
from .learning_task import LearningTask


def augmented_batches(task: LearningTask, *, classes: int, clock: EpochClock | None = None) -> Any:
    """`data.batches.training_batches` with the recipe's options, and the answers of a teacher behind the labels."""
    recipe = task.recipe
    return taught_batches(
        task.pixels,
        task.teacher,
        batch_size=recipe.batch_size,
        augmentation=recipe.augmentation,
        classes=classes,
        seed=task.seed,
        balance=recipe.balance,
        class_weight=task.class_weight,
        clock=clock,
    )
