"""Keras callbacks: what is said, recorded and kept while a model is fitted."""

from __future__ import annotations

import math
import time
from typing import Any

import keras

from edgewright_runtime.console import Reporter
from edgewright_runtime.errors import EdgewrightError

from .epoch import Epoch
from .interruption import raise_if_interrupted

# Keras calls these methods with arguments of its own choice: hence the unused ones.

_EXPLOSION = 100.0
"""A loss that is so many times the first batch's is on its way to infinity; a bad cross-entropy is not that bad."""

_BETWEEN_STEPS = 0.1
"""Seconds; a bar that moves more often costs time that nobody sees."""


class History(keras.callbacks.Callback):  # type: ignore[misc]
    """Records every epoch and reports it, and within it how far it is."""

    def __init__(self, phase: str, *, epochs: int, reporter: Reporter) -> None:
        super().__init__()
        self.rows: list[Epoch] = []
        self._phase, self._epochs, self._reporter = phase, epochs, reporter
        self._epoch, self._started, self._shown = 0, 0.0, 0.0
        self._building_s: float | None = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Names what takes half a minute for a large network, before the first batch is done; the bar has a clock."""
        self._started = time.perf_counter()
        self._reporter.step("building the training graph", 0, 1)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Starts the clock."""
        self._epoch = epoch
        if self._building_s is not None:
            self._started = time.perf_counter()
            self._reporter.step(self._name(epoch), 0, self.params.get("steps") or 1)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Moves the bar.

        Raises:
            TrainingInterrupted: Ctrl-C was pressed.
        """
        raise_if_interrupted()
        now = time.perf_counter()
        if self._building_s is None:
            self._building_s = now - self._started
            if self._building_s > 1:
                self._reporter.line(f"Built the training graph ({self._building_s:.0f} s).")
        if now - self._shown >= _BETWEEN_STEPS:
            self._shown = now
            self._reporter.step(self._name(self._epoch), batch + 1, self.params.get("steps") or batch + 1)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Adds the row."""
        values = logs or {}
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
            f"val_accuracy {row.val_accuracy:.3f}  ({seconds:.1f} s{self._left(epoch, seconds)})"
        )

    def _left(self, epoch: int, seconds: float) -> str:
        """How long the phase takes yet if it does not stop early; nothing where that is soon.

        Only the first epoch here has the building of the graph in it.
        """
        if not self.rows[1:]:
            seconds -= self._building_s or 0.0
        left = (self._epochs - epoch - 1) * seconds
        return "" if left < 10 else f", at most {int(left) // 60}:{int(left) % 60:02} left"

    def _name(self, epoch: int) -> str:
        return f"{self._phase.replace('_', ' ')} {epoch + 1}/{self._epochs}"


class DivergedError(EdgewrightError):
    """The loss of a training is no number any more, or grows without bound."""


class Divergence(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends a training whose loss is no number any more, or grows without bound, at the batch where that shows."""

    def __init__(self, phase: str) -> None:
        super().__init__()
        self._phase, self._epoch = phase, 0
        self._first: float | None = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Notes which it is."""
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Looks at the mean loss of the epoch so far.

        Raises:
            DivergedError: it is no number, or a hundred times what it was at first.
        """
        loss = (logs or {})["loss"]
        if self._first is None and math.isfinite(loss):
            self._first = max(loss, 1.0)
        if not math.isfinite(loss) or loss > _EXPLOSION * (self._first or 1.0):
            raise self._error(f"batch {batch + 1} of epoch {self._epoch}", "loss", loss)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Looks at the validation loss.

        Raises:
            DivergedError: it is no number.
        """
        loss = (logs or {})["val_loss"]
        if not math.isfinite(loss):
            raise self._error(f"epoch {epoch + 1}", "validation loss", loss)

    def _error(self, where: str, what: str, loss: float) -> DivergedError:
        rate = _learning_rate(self.model)
        return DivergedError(
            f"The training diverged in {where} of phase {self._phase} (the {what} is {loss:g} at learning rate "
            f"{rate:.3g}); lower the phase's learning_rate in the recipe, to a tenth for a start, or give it "
            f"warmup_epochs"
        )


class BestWeights(keras.callbacks.Callback):  # type: ignore[misc]
    """Stops when what is monitored has not improved for `patience` epochs, and puts the best weights back.

    Unlike keras.callbacks.EarlyStopping it can be told how good the weights are that the phase starts from, so that a
    phase never ends worse than it began. They do not count for the patience: the first steps of fine-tuning cost some
    accuracy before they bring more. Epochs before `first_epoch`, from 0 on, count for nothing at all.

    Attributes:
        best: the lowest validation loss, or the highest validation accuracy, so far.
    """

    def __init__(
        self, *, patience: int, start: float | None = None, monitor: str = "val_loss", first_epoch: int = 0
    ) -> None:
        super().__init__()
        self._first = first_epoch
        self._sign = -1.0 if monitor == "val_accuracy" else 1.0  # what is compared is the less, the better
        self.best = self._sign * math.inf if start is None else start
        self._monitor, self._patience, self._waited = monitor, patience, 0
        self._best_epoch = math.inf
        self._weights: list[Any] = []

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        """Keeps the weights that the phase starts from."""
        self._weights = self.model.get_weights()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keeps the weights if they are the best so far, and counts the epochs in which nothing got better."""
        if epoch < self._first:
            return
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
        self.put_back()

    def put_back(self) -> None:
        """Gives the model the best weights so far."""
        if self._weights:
            self.model.set_weights(self._weights)


def _learning_rate(model: Any) -> float:
    return float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
