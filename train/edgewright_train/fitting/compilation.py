"""How a model is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..recipes import Phase, Recipe
from .distillation import Distilled, accuracy_of_labels
from .losses import made_loss
from .optimizers import made_optimizer


def compile_classifier(
    model: Any, recipe: Recipe, phase: Phase, *, factors: Mapping[str, float] | None = None, taught: bool = False
) -> None:
    """Gives the model the recipe's optimizer and loss, and the metric `accuracy`.

    Args:
        model: whose output are probabilities.
        recipe: with the optimizer and the loss.
        phase: that the model is trained in; its schedule is a callback (`schedules.ScheduledRate`).
        factors: of the learning rate, by the path of a variable.
        taught: whether a teacher's answers stand behind the labels.
    """
    loss = made_loss(recipe.loss)
    model.compile(
        optimizer=made_optimizer(recipe.optimizer, rate=phase.learning_rate, factors=factors),
        loss=Distilled(loss, recipe.distillation) if taught else loss,
        metrics=[accuracy_of_labels() if taught else "accuracy"],
    )
