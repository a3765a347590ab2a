"""Every format of a run folder against its float model, on the held-back split."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..backends.hardware.acceleration import LIBRARY_DECIDES, Acceleration
from ..classifier import Classifier
from ..errors import EdgewrightError
from ..hashing import sha256_of_file
from ..pixel_cache import cached_pixels
from ..preprocessing import Preprocessing
from ..run.labels import class_names, read_labels
from ..run.run_folder import RunFolder
from ..run.splits import SplitRow, are_unlabelled, read_splits, rows_of
from ..strict_json import read_object, write_object
from .comparison import Comparison, compare
from .diagnosis import likely_cause
from .gate import Thresholds
from .reference import probabilities_of, reference_probabilities, reference_sha256


@dataclass(frozen=True)
class FormatAccuracy:
    """How one format compares, or why it could not be measured (then `comparison` is None)."""

    format: str
    comparison: Comparison | None
    library: str = ""
    cause: str | None = None
    error: EdgewrightError | None = None
    acceleration: Acceleration = LIBRARY_DECIDES


@dataclass(frozen=True)
class _Subject:
    """What every format is measured on."""

    run: RunFolder
    rows: tuple[SplitRow, ...]
    pixels: NDArray[np.uint8]
    truth: NDArray[np.int64] | None
    labels: tuple[str, ...]
    reference: NDArray[np.float32]
    thresholds: Thresholds


def evaluate_run(
    run: RunFolder,
    formats: Iterable[str],
    *,
    thresholds: Thresholds,
    split: str = "test",
    threads: int | None = None,
    acceleration: Acceleration = LIBRARY_DECIDES,
) -> tuple[FormatAccuracy, ...]:
    """Each format compared with the float model; written to the run's accuracy.json as well.

    Raises:
        EdgewrightError: the split is empty, an image is missing or was changed, or the float model cannot be run.
    """
    run.reference()  # what is not there is told before anything is read
    rows = rows_of(read_splits(run.splits), split)
    if not rows:
        raise EdgewrightError(f"{run.splits} has no image in the {split} split")
    labels = read_labels(run.labels)
    truth = None if are_unlabelled(rows) else _class_indices(rows, labels, run)
    contract = Preprocessing.load(run.preprocessing)
    with cached_pixels(rows, contract, run_path=run.path, description="Reading test images") as pixels:
        reference = reference_probabilities(run, rows, pixels)
        subject = _Subject(run, rows, pixels, truth, labels, reference, thresholds)
        outcomes = [_measured(name, subject, threads, acceleration) for name in formats]
    write_accuracy(run, outcomes, thresholds=thresholds, split=split)
    return tuple(outcomes)


def _class_indices(rows: Sequence[SplitRow], labels: tuple[str, ...], run: RunFolder) -> NDArray[np.int64]:
    index = {name: number for number, name in enumerate(class_names(labels))}
    for row in rows:
        if row.label not in index:
            raise EdgewrightError(
                f"{run.splits} gives {row.path} the label {row.label!r}, which is not in {run.labels}"
            )
    return np.array([index[row.label] for row in rows], dtype=np.int64)


def _measured(name: str, subject: _Subject, threads: int | None, acceleration: Acceleration) -> FormatAccuracy:
    try:
        classifier = Classifier.open(subject.run.path, format=name, threads=threads, acceleration=acceleration)
        outputs = probabilities_of(classifier, subject.pixels, description=name)
    except EdgewrightError as error:
        return FormatAccuracy(name, None, error=error)
    comparison = compare(
        subject.reference,
        outputs,
        subject.truth,
        labels=subject.labels,
        paths=[row.path for row in subject.rows],
        thresholds=subject.thresholds,
    )
    cause = None
    if comparison.decision.verdict == "fail":
        cause = likely_cause(classifier, subject.pixels, subject.reference, outputs)
    return FormatAccuracy(name, comparison, library=classifier.backend.library, cause=cause, acceleration=acceleration)


def write_accuracy(
    run: RunFolder, outcomes: Iterable[FormatAccuracy], *, thresholds: Thresholds, split: str
) -> dict[str, Any]:
    """accuracy.json with these formats' figures on this split, by format and split.

    Figures of other formats and other splits stay if they belong to this float model.
    """
    reference = reference_sha256(run)
    found = {} if not run.accuracy.is_file() else read_object(run.accuracy)
    rows = {name: _of_reference(by_split, reference) for name, by_split in found.items()}
    for outcome in outcomes:
        rows.setdefault(outcome.format, {}).pop(split, None)
        if outcome.comparison is not None:
            model = run.file_of(outcome.format)
            rows[outcome.format][split] = {
                **json_of(outcome.comparison),
                "likely_cause": outcome.cause,
                "thresholds": asdict(thresholds),
                "library": outcome.library,
                "acceleration": outcome.acceleration.described(),
                "sha256": sha256_of_file(model) if model.is_file() else None,
                "reference": run.reference().name,
                "reference_sha256": reference,
            }
    rows = {name: by_split for name, by_split in rows.items() if by_split}
    write_object(run.accuracy, rows)
    return rows


def _of_reference(by_split: Any, reference: str) -> dict[str, Any]:
    """The figures of one format that belong to this float model; a file of another kind holds none."""
    if not isinstance(by_split, dict):
        return {}
    rows = {split: row for split, row in by_split.items() if isinstance(row, dict)}
    return {split: row for split, row in rows.items() if row.get("reference_sha256") == reference}


def json_of(comparison: Comparison) -> dict[str, Any]:
    """The comparison as one flat JSON object, the decision's fields among the others."""
    fields = asdict(comparison)
    return {**fields.pop("decision"), **fields}
