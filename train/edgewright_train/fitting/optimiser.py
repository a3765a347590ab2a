"""How a model is compiled, and how its learning rate goes down."""

from __future__ import annotations

from typing import Any

import keras

from ..recipes import FullPhase

_PLATEAU_FACTOR = 0.2


def compile_classifier(model: Any, rate: Any, *, label_smoothing: float) -> None:
    """Gives the model Adam, cross-entropy and the metric `accuracy`.

    Args:
        model: whose output are probabilities.
        rate: the learning rate, or a Keras schedule of it.
        label_smoothing: share of each one-hot label that is spread over all classes.
    """
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=label_smoothing),
        metrics=["accuracy"],
    )


def rate_of(phase: FullPhase, *, steps: int) -> Any:
    """The phase's learning rate: with `cosine` a Keras schedule that reaches 0 after so many steps, else a number."""
    cosine = phase.schedule == "cosine"
    return keras.optimizers.schedules.CosineDecay(phase.learning_rate, steps) if cosine else phase.learning_rate


def schedule_callbacks(phase: FullPhase) -> tuple[Any, ...]:
    """The callbacks that lower the learning rate while the model is fitted: one with `plateau`, else none."""
    if phase.schedule != "plateau":
        return ()
    lowering = keras.callbacks.ReduceLROnPlateau("val_loss", factor=_PLATEAU_FACTOR, patience=phase.plateau_patience)
    return (lowering,)
