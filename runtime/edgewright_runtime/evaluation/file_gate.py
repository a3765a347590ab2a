"""The gate on two model files from anywhere, over labelled images from anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..backends.table import backend_for
from ..classifier import Classifier, ModelFiles
from ..dataset import RejectedFile, read_images
from ..errors import EdgewrightError
from ..pixel_cache import cached_pixels
from ..preprocessing import Preprocessing
from ..run.labels import read_labels
from ..run.splits import SplitRow
from .accuracy import json_of
from .comparison import Comparison, compare
from .diagnosis import likely_cause
from .gate import Thresholds
from .reference import probabilities_of


@dataclass(frozen=True)
class GateResult:
    """The comparison, the likely cause of a failure, the files that were left out, and what to know of the images."""

    comparison: Comparison
    cause: str | None
    rejected: tuple[RejectedFile, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """One flat JSON object."""
        left_out = [{"path": file.path, "reason": file.reason} for file in self.rejected]
        return {**json_of(self.comparison), "likely_cause": self.cause, "left_out": left_out}


def gate_files(
    reference: Path, candidate: Path, data: Path, *, labels: Path, preprocessing: Path, thresholds: Thresholds
) -> GateResult:
    """The candidate compared with the reference on the images of a data set.

    Args:
        reference: model file (.keras, .tflite, .onnx) or SavedModel folder.
        candidate: likewise.
        data: a folder with one folder of images per class, or a CSV file with `filepath,label`; of data that is split,
            the test split.
        labels: labels.txt, which both models follow.
        preprocessing: preprocessing.json, which both models follow.
        thresholds: what the candidate may cost.

    Raises:
        EdgewrightError: a file is missing or does not fit the others.
    """
    # What is quick to find wrong comes before what is slow to load.
    for model in (reference, candidate):
        if not model.exists():
            raise EdgewrightError(f"No model at {model}")
    names = read_labels(labels)
    contract = Preprocessing.load(preprocessing)
    dataset = read_images(data, labels=names, labels_from=str(labels))
    models = [_opened(path, labels, preprocessing) for path in (reference, candidate)]
    rows = [SplitRow(image.path, image.label, "test", image.sha256) for image in dataset.images]
    truth = np.array([dataset.class_names.index(row.label) for row in rows], dtype=np.int64)
    with cached_pixels(rows, contract, run_path=Path()) as pixels:
        outputs = [probabilities_of(model, pixels, description=model.path.name) for model in models]
        comparison = compare(
            outputs[0],
            outputs[1],
            truth,
            labels=names,
            paths=[row.path for row in rows],
            thresholds=thresholds,
        )
        failed = comparison.decision.verdict == "fail"
        cause = likely_cause(models[1], pixels, outputs[0], outputs[1]) if failed else None
    return GateResult(comparison, cause, dataset.rejected, dataset.notes)


def _opened(model: Path, labels: Path, preprocessing: Path) -> Classifier:
    return Classifier.from_files(ModelFiles(model, preprocessing, labels, backend_for(model), model.name))
