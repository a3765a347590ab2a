"""What a finished training has to say, before any of it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from edgewright_runtime.dataset import RejectedFile
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.splits import SPLITS, SplitRow

from ..diagnosis import NOTHING_FOUND, Diagnosis
from ..fitting import Epoch
from .calibration import Temperature
from .scores import Scores


@dataclass(frozen=True)
class Trained:
    """A trained classifier and everything that belongs to it.

    Attributes:
        model: the Keras model: float32 pixels of shape (None, height, width, 3), values 0 to 255, to probabilities.
        contract: how a file becomes its input.
        labels: of the classes, in the order of its outputs.
        rows: which image was in which split.
        epochs: the history of all phases.
        scores: of the splits `val` and `test`.
        options: enough to train it again.
        rejected: files of the data set that were left out.
        seconds: how long each part took.
        temperature: that makes the probabilities true; None where none was learned.
        files: what else the run folder is to hold (pictures, tables, the page), by path in it with forward slashes.
        diagnosis: what is wrong with the training.
    """

    model: Any
    contract: Preprocessing
    labels: tuple[str, ...]
    rows: tuple[SplitRow, ...]
    epochs: tuple[Epoch, ...]
    scores: Mapping[str, Scores]
    options: Mapping[str, Any]
    rejected: tuple[RejectedFile, ...]
    seconds: Mapping[str, float]
    temperature: Temperature | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    diagnosis: Diagnosis = NOTHING_FOUND

    def metrics(self) -> dict[str, Any]:
        """The object in metrics.json."""
        return {
            "schema_version": 1,
            **{split: scores.to_dict() for split, scores in self.scores.items()},
            "temperature": None if self.temperature is None else asdict(self.temperature),
            "labels": list(self.labels),
            "images": {split: sum(row.split == split for row in self.rows) for split in SPLITS},
            "rejected": [asdict(file) for file in self.rejected],
            "training": {**self.options, "seconds": {name: round(value, 2) for name, value in self.seconds.items()}},
        }
