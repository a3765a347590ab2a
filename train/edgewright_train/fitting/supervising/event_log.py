"""TensorBoard's event files: a few scalars per epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tensorflow as tf

from edgewright_runtime.atomic import make_folder

from .epoch import Epoch

_SCALARS = {
    "train": {"epoch_loss": "loss", "epoch_accuracy": "accuracy", "epoch_learning_rate": "learning_rate"},
    "validation": {"epoch_loss": "val_loss", "epoch_accuracy": "val_accuracy"},
}
"""Run and tag as Keras names them, so that both splits share a diagram, and the field of an epoch."""

_LAST = 2**31 - 1  # events that wait, and milliseconds that they do: every epoch is written at its end


class EventLog:
    """Writes epochs to the runs `train` and `validation` of a folder; a training that goes on adds files of its own.

    With TensorFlow's own operations: `tf.summary` needs the package tensorboard to write what that is to show, and who
    never looks at it does not need it.
    """

    def __init__(self, folder: Path) -> None:
        self._writers = {run: _writer(folder / run) for run in _SCALARS}

    def add(self, epoch: Epoch, *, step: int) -> None:
        """Writes the epoch, and to the disk.

        Args:
            epoch: what is logged.
            step: the number of epochs of all phases before this one.
        """
        for run, fields in _SCALARS.items():
            writer = self._writers[run]
            for tag, field in fields.items():
                tf.raw_ops.WriteScalarSummary(writer=writer, step=step, tag=tag, value=getattr(epoch, field))
            tf.raw_ops.FlushSummaryWriter(writer=writer)

    def close(self) -> None:
        """Ends the files."""
        for writer in self._writers.values():
            tf.raw_ops.CloseSummaryWriter(writer=writer)


def _writer(folder: Path) -> Any:
    # Without a name of its own two writers of a process would be one.
    writer = tf.raw_ops.SummaryWriter(shared_name=str(folder), container="")
    tf.raw_ops.CreateSummaryFileWriter(
        writer=writer, logdir=str(make_folder(folder)), max_queue=_LAST, flush_millis=_LAST, filename_suffix=".v2"
    )
    return writer
