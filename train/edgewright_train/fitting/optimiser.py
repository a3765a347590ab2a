"""How a model is compiled, and how its learning rate goes down."""

from __future__ import annotations

from typing import Any

import keras

from ..recipes import Phase, Recipe


def compile_classifier(model: Any, recipe: Recipe, phase: Phase, *, rate: Any) -> None:
    """Gives the model the recipe's optimizer and loss, and the metric `accuracy`.

    Args:
        model: whose output are probabilities.
        recipe: with the optimizer and the loss.
        phase: that the model is trained in.
        rate: the learning rate, or a Keras schedule of it.
    """
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=recipe.loss.label_smoothing),
        metrics=["accuracy"],
    )


def rate_of(phase: Phase, *, steps: int) -> Any:
    """The phase's learning rate: with `cosine` a Keras schedule that reaches 0 after so many steps, else a number."""
    cosine = phase.schedule == "cosine"
    return keras.optimizers.schedules.CosineDecay(phase.learning_rate, steps) if cosine else phase.learning_rate


def schedule_callbacks(phase: Phase) -> tuple[Any, ...]:
    """The callbacks that lower the learning rate while the model is fitted: one with a plateau's patience, else none."""
    if not phase.plateau_patience or phase.schedule == "cosine":
        return ()
    lowering = keras.callbacks.ReduceLROnPlateau(
        "val_loss", factor=phase.plateau_factor, patience=phase.plateau_patience, min_lr=phase.min_learning_rate
    )
    return (lowering,)
