"""Keras callbacks: what is said, recorded and kept while a model is fitted."""

from __future__ import annotations

import math
import time
from typing import Any

import keras

from edgewright_runtime.console import Reporter
from edgewright_runtime.errors import EdgewrightError

from .epoch import Epoch

# Keras calls these methods with arguments of its own choice: hence the unused ones.


class History(keras.callbacks.Callback):  # type: ignore[misc]
    """Records every epoch and reports it."""

    def __init__(self, phase: str, *, epochs: int, reporter: Reporter) -> None:
        super().__init__()
        self.rows: list[Epoch] = []
        self._phase, self._epochs, self._reporter = phase, epochs, reporter
        self._started = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Starts the clock."""
        self._started = time.perf_counter()
        self._reporter.step(self._name(epoch), 0, self.params.get("steps") or 1)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Moves the bar."""
        self._reporter.step(self._name(len(self.rows)), batch + 1, self.params.get("steps") or batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Adds the row.

        Raises:
            EdgewrightError: the loss is no number any more.
        """
        values = logs or {}
        if not all(math.isfinite(values[name]) for name in ("loss", "val_loss")):
            raise EdgewrightError(
                f"The training diverged in epoch {epoch + 1} of phase {self._phase} (the loss is {values['loss']}); "
                f"lower its learning_rate in the recipe"
            )
        seconds = time.perf_counter() - self._started
        row = Epoch(
            phase=self._phase,
            epoch=epoch + 1,
            loss=float(values["loss"]),
            accuracy=float(values["accuracy"]),
            val_loss=float(values["val_loss"]),
            val_accuracy=float(values["val_accuracy"]),
            learning_rate=_learning_rate(self.model),
            seconds=seconds,
        )
        self.rows.append(row)
        self._reporter.line(
            f"{self._name(epoch)}: loss {row.loss:.3f}, accuracy {row.accuracy:.3f}, val_loss {row.val_loss:.3f}, "
            f"val_accuracy {row.val_accuracy:.3f}  ({seconds:.1f} s)"
        )

    def _name(self, epoch: int) -> str:
        return f"{self._phase.replace('_', ' ')} {epoch + 1}/{self._epochs}"


class BestWeights(keras.callbacks.Callback):  # type: ignore[misc]
    """Stops when what is monitored has not improved for `patience` epochs, and puts the best weights back.

    Unlike keras.callbacks.EarlyStopping it can be told how good the weights are that the phase starts from, so that a
    phase never ends worse than it began. They do not count for the patience: the first steps of fine-tuning cost some
    accuracy before they bring more.

    Attributes:
        best: the lowest validation loss, or the highest validation accuracy, so far.
    """

    def __init__(self, *, patience: int, start: float | None = None, monitor: str = "val_loss") -> None:
        super().__init__()
        self._sign = -1.0 if monitor == "val_accuracy" else 1.0  # what is compared is the less, the better
        self.best = self._sign * math.inf if start is None else start
        self._monitor, self._patience, self._waited = monitor, patience, 0
        self._best_epoch = math.inf
        self._weights: list[Any] = []

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Keeps the weights that the phase starts from."""
        self._weights = self.model.get_weights()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Keeps the weights if they are the best so far, and counts the epochs in which nothing got better."""
        value = (logs or {})[self._monitor]
        if self._sign * value < self._sign * self.best:
            self.best, self._weights = value, self.model.get_weights()
        if self._sign * value < self._best_epoch:
            self._best_epoch, self._waited = self._sign * value, 0
            return
        self._waited += 1
        if self._waited >= self._patience:
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Puts the best weights back."""
        self.model.set_weights(self._weights)


def _learning_rate(model: Any) -> float:
    return float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
