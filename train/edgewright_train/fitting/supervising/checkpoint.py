"""What is needed to go on with a training after its last whole epoch, in one file.

One file, renamed into its place when it is on the disk: whoever kills the training finds the last epoch's or the one
before, never half of either. Nothing here needs TensorFlow, so that what cannot be gone on with is refused at once.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.atomic import atomic_path, make_folder, write_text
from edgewright_runtime.errors import EdgewrightError

from ...csv_text import csv_text
from .epoch import Epoch

CHECKPOINT_FOLDER = ".checkpoint"
"""In the run folder; hidden, for no other stage has to do with it."""

_FILE, _HISTORY, _LOGS, _BEST = "training.npz", "history.csv", "logs", "best.keras"
_DESCRIPTION = "description"

Arrays = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Checkpoint:
    """A training after one of its epochs.

    Attributes:
        made_from: all that the training depends on, as JSON; only the same may go on with it.
        phase: of the epoch.
        stopped: whether the phase stopped after it, early or not.
        epochs: the history of all phases so far.
        variables: of the model that the phase trains, seeds of its dropout among them.
        optimizer: its variables: step, learning rate and moments.
        callbacks: the numbers that each callback keeps, by its place.
        arrays: the lists of arrays that each callback keeps, by its place and its attribute's name: the best weights.
        seconds: how long each part took so far, in all processes that worked on it.
    """

    made_from: Mapping[str, Any]
    phase: str
    stopped: bool
    epochs: tuple[Epoch, ...]
    variables: Arrays
    optimizer: Arrays
    callbacks: tuple[Mapping[str, Any], ...]
    arrays: Mapping[str, Arrays]
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def epoch(self) -> int:
        """How many epochs of the phase are done."""
        return self.epochs[-1].epoch

    def described(self) -> str:
        """Where the training is, to read on from `after`."""
        return f"epoch {self.epoch} of phase {self.phase}"


class CheckpointFolder:
    """The folder `.checkpoint` in a run folder, there or not."""

    def __init__(self, out: Path) -> None:
        self.path = out / CHECKPOINT_FOLDER

    @property
    def logs(self) -> Path:
        """Folder of TensorBoard's event files."""
        return self.path / _LOGS

    @property
    def best(self) -> Path:
        """The best weights so far as a Keras file, where the training was interrupted."""
        return self.path / _BEST

    def exists(self) -> bool:
        """Whether there is a training to go on with."""
        return (self.path / _FILE).is_file()

    def save(self, checkpoint: Checkpoint) -> None:
        """Writes the checkpoint in the place of the one before, and history.csv beside it.

        Raises:
            EdgewrightError: the disk is full, or the like; the one before is still there.
        """
        description = {
            "made_from": checkpoint.made_from,
            "phase": checkpoint.phase,
            "stopped": checkpoint.stopped,
            "epochs": [asdict(epoch) for epoch in checkpoint.epochs],
            "callbacks": checkpoint.callbacks,
            "seconds": dict(checkpoint.seconds),
        }
        groups = {"variables": checkpoint.variables, "optimizer": checkpoint.optimizer, **checkpoint.arrays}
        arrays = {f"{name}/{place}": array for name, group in groups.items() for place, array in enumerate(group)}
        make_folder(self.path)
        with atomic_path(self.path / _FILE) as temporary, temporary.open("wb") as file:
            np.savez(file, **{_DESCRIPTION: _as_bytes(description)}, **arrays)  # type: ignore[arg-type]
        write_text(self.path / _HISTORY, csv_text(Epoch, checkpoint.epochs))

    def load(self) -> Checkpoint:
        """The checkpoint.

        Raises:
            EdgewrightError: there is none, or its file is damaged.
        """
        path = self.path / _FILE
        try:
            with path.open("rb") as content:
                return checkpoint_in(content)
        except FileNotFoundError as error:
            raise EdgewrightError(
                f"There is no unfinished training in {self.path.parent}; leave --resume out to train from the start"
            ) from error
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise EdgewrightError(
                f"The checkpoint {path} is damaged ({error}); train again without --resume, which replaces it"
            ) from error

    def content(self) -> bytes:
        """The file as it is; nothing where there is none."""
        return (self.path / _FILE).read_bytes() if self.exists() else b""

    def remove(self) -> None:
        """Takes the folder away, whatever it holds."""
        shutil.rmtree(self.path, ignore_errors=True)


def checkpoint_in(content: BinaryIO) -> Checkpoint:
    """The checkpoint in an open file.

    Raises:
        OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile: the file is damaged.
    """
    with np.load(content, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    description = json.loads(arrays.pop(_DESCRIPTION).tobytes())
    return _checkpoint(description, _grouped(arrays))


def _as_bytes(description: Mapping[str, Any]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(description).encode(), np.uint8)


def _grouped(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Arrays]:
    groups: dict[str, list[NDArray[Any]]] = {}
    for name, array in arrays.items():  # an .npz file keeps their order
        groups.setdefault(name.rpartition("/")[0], []).append(array)
    return {name: tuple(group) for name, group in groups.items()}


def _checkpoint(description: Mapping[str, Any], groups: dict[str, Arrays]) -> Checkpoint:
    return Checkpoint(
        made_from=description["made_from"],
        phase=description["phase"],
        stopped=description["stopped"],
        epochs=tuple(Epoch(**epoch) for epoch in description["epochs"]),
        variables=groups.pop("variables"),
        optimizer=groups.pop("optimizer"),
        callbacks=tuple(description["callbacks"]),
        arrays=groups,
        seconds=description.get("seconds", {}),  # older releases kept none
    )
