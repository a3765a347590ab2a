"""Batches of augmented images as a recipe says, the same for every phase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..data.batches import training_batches
from ..data.epoch_order import EpochClock
from ..data.pixels import Pixels
from ..recipes import Recipe


def augmented_batches(
    pixels: Pixels,
    *,
    recipe: Recipe,
    classes: int,
    class_weight: Mapping[int, float] | None,
    seed: int,
    clock: EpochClock | None = None,
) -> Any:
    """`data.batches.training_batches` with the recipe's options."""
    return training_batches(
        pixels,
        batch_size=recipe.batch_size,
        augmentation=recipe.augmentation,
        classes=classes,
        seed=seed,
        balance=recipe.balance,
        class_weight=class_weight,
        clock=clock,
    )
