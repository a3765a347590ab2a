"""How the learning rate goes: schedules, a row each, warm-up before them and a plateau's factor on top."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import keras

from ..recipes import Phase

_MIN_DELTA = 1e-4  # by which a loss must fall to count as lower, as in keras.callbacks.ReduceLROnPlateau

# One-cycle as in the fastai library: cosine from a 25th up over the first part, and down to almost nothing.
_RISING, _START, _END = 1 / 3, 1 / 25, 1e-4


def learning_rate(phase: Phase, epochs_done: float, *, lowered: float = 1.0) -> float:
    """The rate at that point of a phase.

    Args:
        phase: with the schedule.
        epochs_done: from 0 on; 1.5 is in the middle of the second epoch.
        lowered: the product of all factors by which plateaus have lowered it.
    """
    if epochs_done < phase.warmup_epochs:
        return phase.learning_rate * lowered * epochs_done / phase.warmup_epochs
    follows = _SCHEDULES[phase.schedule]
    scheduled = phase.learning_rate * follows(phase, epochs_done - phase.warmup_epochs)
    # What ends at 0 may go below the floor by itself, but a plateau does not take it there.
    floor = min(scheduled, phase.min_learning_rate) if phase.schedule in _TO_THE_END else phase.min_learning_rate
    return max(scheduled * lowered, floor)


def lowered_by_plateaus(phase: Phase, val_losses: Sequence[float]) -> float:
    """The product of a plateau's factors after epochs with these validation losses; 1 where it has no patience."""
    best, waited, product = math.inf, 0, 1.0
    for loss in val_losses if phase.plateau_patience else ():
        if loss < best - _MIN_DELTA:
            best, waited = loss, 0
            continue
        waited += 1
        if waited == phase.plateau_patience:
            waited, product = 0, product * phase.plateau_factor
    return product


class ScheduledRate(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets the rate before each batch.

    It follows from the number of the epoch, the number of the batch and the validation losses so far, and from nothing
    else: a phase that goes on after an interruption has the rates that it would have had.
    """

    def __init__(self, phase: Phase, *, steps: int, val_losses: Sequence[float] = ()) -> None:
        """Makes it for a phase.

        Args:
            phase: with the schedule.
            steps: batches of an epoch.
            val_losses: of the epochs before the first one that is seen here.
        """
        super().__init__()
        self._phase, self._steps, self._epoch = phase, steps, 0
        self._val_losses = list(val_losses)
        self._lowered = lowered_by_plateaus(phase, self._val_losses)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Notes which epoch it is."""
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Sets the rate."""
        rate = learning_rate(self._phase, self._epoch + batch / self._steps, lowered=self._lowered)
        self.model.optimizer.learning_rate = rate

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Finds a plateau."""
        self._val_losses.append((logs or {})["val_loss"])
        self._lowered = lowered_by_plateaus(self._phase, self._val_losses)


def _after_warmup(phase: Phase) -> float:
    """The epochs of the schedule; with no more than those of the warm-up the rate only ever rises."""
    return max(phase.epochs - phase.warmup_epochs, 1)


def _cosine(phase: Phase, epochs_done: float) -> float:
    return _half_cosine(epochs_done / _after_warmup(phase))


def _one_cycle(phase: Phase, epochs_done: float) -> float:
    done = epochs_done / phase.epochs
    if done < _RISING:
        return 1 - (1 - _START) * _half_cosine(done / _RISING)
    return _END + (1 - _END) * _half_cosine((done - _RISING) / (1 - _RISING))


def _half_cosine(done: float) -> float:
    """From 1 where nothing is done to 0 where all is."""
    return (1 + math.cos(math.pi * min(done, 1.0))) / 2


# Factors of the phase's rate, by the epochs since the warm-up.
_SCHEDULES: dict[str, Callable[[Phase, float], float]] = {
    "constant": lambda _, __: 1.0,
    "cosine": _cosine,
    "exponential": lambda phase, epochs_done: phase.decay ** math.floor(epochs_done),
    "step": lambda phase, epochs_done: phase.decay ** (math.floor(epochs_done) // phase.step_epochs),
    "one_cycle": _one_cycle,
}

_TO_THE_END = ("cosine", "one_cycle")
