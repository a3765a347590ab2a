"""Whether a loss takes labels and outputs as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ...fitting.losses import made_loss
from ..finding import ERROR, Finding
from .seen import NetworkSeen


def loss_of_recipe(seen: NetworkSeen) -> Iterator[Finding]:
    """A loss of the recipe that does not prefer the right answer."""
    yield from loss_form(
        made_loss(seen.recipe.loss), len(seen.names), 'Set kind = "crossentropy" in the recipe\'s [loss].'
    )


def loss_form(loss: Callable[[Any, Any], Any], classes: int, remedy: str) -> Iterator[Finding]:
    """A loss that cannot take one-hot labels, or that is not least where the answer is right.

    Args:
        loss: from labels and probabilities, both of shape (images, classes).
        classes: how many.
        remedy: what to do.
    """
    what = "The loss does not fit labels that are one-hot and outputs that are one probability for each class."
    labels = np.eye(classes, dtype=np.float32)
    even = np.full_like(labels, 1 / classes)
    answers = {
        "right": 0.98 * labels + 0.02 * even,
        "even": even,
        "wrong": 0.98 * np.roll(labels, 1, axis=1) + 0.02 * even,
    }
    try:
        losses = {name: float(np.mean(np.asarray(loss(labels, each)))) for name, each in answers.items()}
    except Exception as error:  # Keras and TensorFlow raise many kinds
        yield Finding("labels_against_loss", ERROR, what, f"It fails: {_first_line(error)}.", remedy)
        return
    if losses["right"] < losses["even"] < losses["wrong"]:
        return
    evidence = (
        f"It is {losses['right']:.3g} where all answers are right, {losses['even']:.3g} where all classes are as "
    )
    yield Finding(
        "labels_against_loss", ERROR, what, f"{evidence}likely, and {losses['wrong']:.3g} where all are wrong.", remedy
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
