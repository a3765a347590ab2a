"""How every phase is fitted: watched, written down epoch by epoch, and gone on with where it was left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from edgewright_runtime.console import Reporter, Silent

from ...data.epoch_order import EpochClock
from ..distributed.distributed_fit import fit_together, mirrored, start_of_chief
from ..distributed.distribution import Distribution, peers_explained
from .callbacks import BestWeights, Divergence, History
from .checkpoint import Arrays, Checkpoint, CheckpointFolder
from .epoch import Epoch
from .event_log import EventLog
from .interruption import raise_if_interrupted, shielded
from .stopwatch import Stopwatch

# What Keras itself gives a callback, which is no state of the callback's.
_OF_KERAS = frozenset({"params", "_model", "validation_data"})

_ALONE = ("head",)
"""Phases that every process goes through by itself: their examples are features, and their steps take no time."""


class Supervision:
    """Fits the phases of one training.

    Attributes:
        reporter: what is told about progress.
        clock: which epoch it is, for batches that are drawn for each.
        epochs: the history of all phases so far.
        watch: how long each part takes.
    """

    def __init__(
        self,
        reporter: Reporter | None = None,
        *,
        folder: CheckpointFolder | None = None,
        made_from: Mapping[str, Any] | None = None,
        unfinished: Checkpoint | None = None,
        together: Distribution | None = None,
    ) -> None:
        """A supervision of one training.

        Args:
            reporter: what is told about progress; nothing by default.
            folder: where a checkpoint is written after every epoch; nowhere by default.
            made_from: what the training depends on, for the checkpoint.
            unfinished: what to go on with.
            together: the processes and devices that train the network together; one by default.
        """
        self.reporter = reporter or Silent()
        self.clock = EpochClock()
        self.epochs: list[Epoch] = list(unfinished.epochs) if unfinished else []
        self.watch = Stopwatch(unfinished.seconds if unfinished else None)
        self._folder, self._made_from, self._unfinished = folder, dict(made_from or {}), unfinished
        self._together = together
        self._log: EventLog | None = None

    def has_finished(self, phase: str) -> bool:
        """Whether the training that is gone on with was past this phase, which is then left out."""
        return self._unfinished is not None and self._unfinished.phase != phase and bool(self.epochs_of(phase))

    def epochs_of(self, phase: str) -> tuple[Epoch, ...]:
        """The history of one phase."""
        return tuple(epoch for epoch in self.epochs if epoch.phase == phase)

    def fit(
        self, model: Any, data: Any, *, phase: str, epochs: int, best: BestWeights, callbacks: Sequence[Any] = (),
        **options: Any,
    ) -> tuple[Epoch, ...]:  # fmt: skip
        """The history of the phase, after which the model has the best weights.

        Args:
            model: compiled.
            data: a tf.data.Dataset that draws its epochs by `clock`.
            phase: its name.
            epochs: at most.
            best: what keeps the best weights and stops early.
            callbacks: that change the learning rate, and the like; what they keep must be numbers or lists of arrays.
            options: further ones of Keras' `fit`: validation_data, class_weight.

        Raises:
            EdgewrightError: the training diverged, or the checkpoint cannot be written.
            TrainingInterrupted: Ctrl-C was pressed; the model has the best weights so far.
        """
        history = History(phase, epochs=epochs, reporter=self.reporter)
        done = self._unfinished if self._unfinished is not None and self._unfinished.phase == phase else None
        together = None if phase in _ALONE else self._together
        fitted = model
        if together is not None:
            start_of_chief(model, best, together)
            with peers_explained(together):
                fitted = mirrored(model, together)
        fitted.optimizer.build(fitted.trainable_variables)
        if done is not None:
            _assign(fitted.variables, done.variables)
            _assign(fitted.optimizer.variables, done.optimizer)
        kept = (best, *callbacks)
        # The first writes what the others use; the last writes down what all have come to.
        called = [Divergence(phase), history, *kept, _Keeping(self, phase, history, kept, done)]
        first = 0 if done is None else epochs if done.stopped else done.epoch
        try:
            if together is None:
                # The batches come shuffled.
                model.fit(
                    data, initial_epoch=first, epochs=epochs, callbacks=called, shuffle=False, verbose=0, **options
                )
            else:
                with peers_explained(together):
                    fit_together(
                        fitted, data, together=together, initial_epoch=first, epochs=epochs, callbacks=called, **options
                    )
        except KeyboardInterrupt:
            best.set_model(model)
            best.put_back()
            raise
        if together is not None:
            best.set_model(model)
            best.put_back()
        return self.epochs_of(phase)

    def record(self, epochs: Sequence[Epoch]) -> None:
        """Adds to the history what was trained otherwise, in one go; the next checkpoint has it."""
        for epoch in epochs:
            self._add(epoch)

    def end(self) -> None:
        """Ends the event files."""
        if self._log is not None:
            self._log.close()

    def keep(self, epoch: Epoch, checkpoint: Checkpoint) -> None:
        """Writes the epoch down: to the history, and to the disk if there is a folder for it."""
        with shielded():
            self._add(epoch)
            if self._folder is not None:
                self._folder.save(checkpoint)

    def _add(self, epoch: Epoch) -> None:
        self.epochs.append(epoch)
        if self._folder is None:
            return
        if self._log is None:
            if self._unfinished is None:
                self._folder.remove()  # only now is there anything to take its place
            self._log = EventLog(self._folder.logs)
        self._log.add(epoch, step=len(self.epochs) - 1)

    def checkpoint(self, model: Any, phase: str, epoch: Epoch, callbacks: Sequence[Any]) -> Checkpoint:
        """The training as it is after this epoch."""
        return Checkpoint(
            made_from=self._made_from,
            phase=phase,
            stopped=bool(model.stop_training),
            epochs=(*self.epochs, epoch),
            variables=_values(model.variables),
            optimizer=_values(model.optimizer.variables),
            callbacks=tuple(_numbers(callback) for callback in callbacks),
            arrays=dict(_lists_of_arrays(callbacks)),
            seconds=self.watch.seconds(),
        )


class _Keeping(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets the clock, gives the callbacks before it what they kept, and has every epoch written down."""

    def __init__(
        self, supervision: Supervision, phase: str, history: History, kept: Sequence[Any], done: Checkpoint | None
    ) -> None:
        super().__init__()
        self._supervision, self._phase, self._history, self._kept, self._done = supervision, phase, history, kept, done

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        # Only now, for callbacks forget everything when a training begins.
        if self._done is None:
            return
        for place, (callback, numbers) in enumerate(zip(self._kept, self._done.callbacks, strict=True)):
            vars(callback).update(numbers)
            for name, arrays in self._done.arrays.items():
                owner, _, attribute = name.partition("/")
                if owner == str(place):
                    setattr(callback, attribute, list(arrays))

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        self._supervision.clock.epoch = epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002
        raise_if_interrupted()
        row = self._history.rows[-1]
        self._supervision.keep(row, self._supervision.checkpoint(self.model, self._phase, row, self._kept))


def _assign(variables: Sequence[Any], values: Arrays) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _values(variables: Sequence[Any]) -> Arrays:
    return tuple(np.asarray(keras.ops.convert_to_numpy(variable)) for variable in variables)


def _numbers(callback: Any) -> dict[str, Any]:
    """What the callback keeps that JSON can hold: numbers, texts and lists of numbers."""
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in vars(callback).items()}
    return {name: value for name, value in plain.items() if name not in _OF_KERAS and _is_plain(value)}


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(each, int | float) for each in value)
    return value is None or isinstance(value, bool | int | float | str)


def _lists_of_arrays(callbacks: Sequence[Any]) -> Iterator[tuple[str, Arrays]]:
    for place, callback in enumerate(callbacks):
        for name, value in vars(callback).items():
            if isinstance(value, list) and value and all(isinstance(each, np.ndarray | np.generic) for each in value):
                yield f"{place}/{name}", tuple(map(np.asarray, value))
