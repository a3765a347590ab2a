"""The losses, a row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from ..recipes import Loss


def made_loss(choices: Loss) -> Any:
    """A Keras loss as the recipe says, from probabilities and labels of shape (batch, classes)."""
    return _LOSSES[choices.kind](choices)


# The focal loss of class c is -(1 - p_c)^gamma log p_c (Lin et al. 2017, arXiv:1708.02002). Its alpha, by which Keras
# weighs all classes alike, would only be another learning rate: hence 1.
_LOSSES: dict[str, Callable[[Loss], Any]] = {
    "crossentropy": lambda choices: keras.losses.CategoricalCrossentropy(label_smoothing=choices.label_smoothing),
    "focal": lambda choices: keras.losses.CategoricalFocalCrossentropy(
        alpha=1.0, gamma=choices.gamma, label_smoothing=choices.label_smoothing
    ),
}
