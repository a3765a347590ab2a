"""The accuracy of one model file from anywhere, on labelled images from anywhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..backends.hardware.acceleration import LIBRARY_DECIDES, Acceleration
from ..classifier import Classifier
from ..dataset import RejectedFile, read_images
from ..pixel_cache import cached_pixels
from ..run.splits import SplitRow
from .comparison import expected_calibration_error
from .reference import probabilities_of
from .statistics import wilson_interval

CONFIDENCE = 0.95


@dataclass(frozen=True)
class ClassAccuracy:
    """One class: its images, and the share of them that the model has right; None where it has no image."""

    label: str
    n: int
    top1: float | None


@dataclass(frozen=True)
class FileAccuracy:
    """A model file on n images.

    Attributes:
        n: images.
        top1: accuracy, 0 to 1.
        top1_low: lower end of its 95 % interval (Wilson).
        top1_high: upper end.
        calibration_error: expected calibration error (15 equal bins), 0 to 1.
        library: what ran the model.
        per_class: in class order.
        rejected: files that were left out.
        notes: what to know of the images, a sentence each.
    """

    n: int
    top1: float
    top1_low: float
    top1_high: float
    calibration_error: float
    library: str
    per_class: tuple[ClassAccuracy, ...]
    rejected: tuple[RejectedFile, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """One JSON object."""
        fields = asdict(self)
        return {**fields, "left_out": fields.pop("rejected")}


def evaluate_file(
    model: Path,
    data: Path,
    *,
    labels: Path | None = None,
    preprocessing: Path | None = None,
    threads: int | None = None,
    acceleration: Acceleration = LIBRARY_DECIDES,
) -> FileAccuracy:
    """The model's accuracy on the images of a data set; of one that is split, on its test split.

    Args:
        model: a model file or SavedModel folder.
        data: a folder with one folder of images per class, or a CSV file with `filepath,label`.
        labels: labels.txt, in place of the one beside the model.
        preprocessing: preprocessing.json, likewise.
        threads: that inference is allowed; None for the library's choice.
        acceleration: what runs it in place of what the library would choose.

    Raises:
        EdgewrightError: a file is missing or does not fit the others.
    """
    classifier = Classifier.open(
        model, labels=labels, preprocessing=preprocessing, threads=threads, acceleration=acceleration
    )
    dataset = read_images(data, labels=classifier.labels, labels_from=f"the labels of {model}")
    rows = [SplitRow(image.path, image.label, "test", image.sha256) for image in dataset.images]
    index = {name: place for place, name in enumerate(dataset.class_names)}
    truth = np.array([index[row.label] for row in rows], dtype=np.int64)
    with cached_pixels(rows, classifier.preprocessing, run_path=Path()) as pixels:
        outputs = probabilities_of(classifier, pixels, description=model.name)
    right = outputs.argmax(axis=1) == truth
    low, high = wilson_interval(int(right.sum()), len(right), confidence=CONFIDENCE)
    per_class = tuple(
        ClassAccuracy(
            name, int((truth == place).sum()), float(right[truth == place].mean()) if place in truth else None
        )
        for name, place in index.items()
    )
    return FileAccuracy(
        n=len(right),
        top1=float(right.mean()),
        top1_low=low,
        top1_high=high,
        calibration_error=expected_calibration_error(outputs, truth),
        library=classifier.backend.library,
        per_class=per_class,
        rejected=dataset.rejected,
        notes=dataset.notes,
    )
