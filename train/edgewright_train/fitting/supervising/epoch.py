"""What is recorded of one epoch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Epoch:
    """One row of history.csv.

    Attributes:
        phase: `head`, `fine_tune` or `from_scratch`.
        epoch: from 1 on, in its phase.
        loss: of the training split, with augmentation, dropout and class weights.
        accuracy: of the training split, with augmentation and dropout.
        val_loss: of the validation split.
        val_accuracy: of the validation split.
        learning_rate: at the end of the epoch.
        seconds: that it took.
    """

    phase: str
    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float
    seconds: float
