"""Moving averages that a short training does not bring up to date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras

from ..finding import WARNING, Finding
from .seen import NetworkSeen

_LEFT = 0.1
"""Of the first value in a moving average after the last step; with more, validation sees another network."""

_SMALL_BATCH = 4


def batch_norm(seen: NetworkSeen) -> Iterator[Finding]:
    """BatchNorms whose moving averages keep too much of where they began, or whose batches are too small."""
    recipe, images = seen.recipe, len(seen.pixels.places["train"])
    full = recipe.from_scratch if seen.from_scratch else recipe.fine_tune
    steps = full.epochs * -(-images // recipe.batch_size)
    if not seen.from_scratch:
        steps += recipe.head_phase.epochs * -(-images * recipe.head_phase.views // 64)
    # Training from scratch sets those of the backbone to 0.9; those of weights stay as they are.
    norms = [layer for layer in seen.network.head if isinstance(layer, keras.layers.BatchNormalization)]
    yield from stale_averages(norms, steps)
    trained = [*norms, *(seen.network.backbone_layers if seen.from_scratch else ())]
    if recipe.batch_size < _SMALL_BATCH and seen.from_scratch and any(map(_is_norm, trained)):
        yield Finding(
            "batch_norm",
            WARNING,
            "The batches are too small for BatchNorm, which estimates mean and variance from each.",
            f"batch_size is {recipe.batch_size}; below {_SMALL_BATCH} the estimates are mostly noise.",
            "Set batch_size = 16 or more in the recipe, with a smaller input_size if memory is short.",
        )


def stale_averages(norms: list[Any], steps: int) -> Iterator[Finding]:
    """The same for any BatchNorms that are trained for so many steps."""
    slow = max(norms, key=lambda layer: float(layer.momentum), default=None)
    if slow is None or steps == 0 or float(slow.momentum) ** steps <= _LEFT:
        return
    yield Finding(
        "batch_norm",
        WARNING,
        "The training is too short for the moving averages of BatchNorm, which validation and use go by.",
        f"After {steps} steps with momentum {float(slow.momentum):g}, {float(slow.momentum) ** steps:.0%} of an "
        "average "
        f"is still its first value (layer {slow.name}).",
        "Give the phases more epochs or a smaller batch_size, or set batch_norm = false and layer_batch_norm = false "
        "in the recipe's [head].",
    )


def _is_norm(layer: Any) -> bool:
    return isinstance(layer, keras.layers.BatchNormalization)
