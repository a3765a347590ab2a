"""The gate on two model files from anywhere, over labelled images from anywhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..classifier import Classifier, ModelFiles, find_model
from ..dataset import Dataset, RejectedFile, UnlabelledError, read_images, read_unlabelled
from ..errors import EdgewrightError
from ..pixel_cache import cached_pixels
from ..preprocessing import Preprocessing
from ..run.labels import read_labels
from ..run.run_folder import RunFolder, bare_model
from ..run.splits import SplitRow, are_unlabelled
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
    reference: Path,
    candidate: Path,
    data: Path,
    *,
    labels: Path | None = None,
    preprocessing: Path | None = None,
    thresholds: Thresholds,
) -> GateResult:
    """The candidate compared with the reference on the images of a data set.

    Args:
        reference: model file (.keras, .tflite, .onnx) or SavedModel folder.
        candidate: likewise.
        data: a folder with one folder of images per class, or a CSV file with `filepath,label`; of data that is split,
            the test split. Images in no folders of classes are taken without labels, and agreement is compared.
        labels: labels.txt, which both models follow; None for the one beside each.
        preprocessing: preprocessing.json, which both models follow; None for the one beside each.
        thresholds: what the candidate may cost.

    Raises:
        EdgewrightError: a file is missing or does not fit the others.
    """
    # What is quick to find wrong comes before what is slow to load.
    for model in (reference, candidate):
        if not model.exists():
            raise EdgewrightError(f"No model at {model}")
    files = [_files_of(model, labels, preprocessing) for model in (reference, candidate)]
    names, contract = _shared(files[0], files[1])
    dataset = _images_of(data, names, str(files[0].labels))
    models = [Classifier.from_files(each) for each in files]
    rows = [SplitRow(image.path, image.label, "test", image.sha256) for image in dataset.images]
    index = {name: place for place, name in enumerate(dataset.class_names)}
    truth = None if are_unlabelled(rows) else np.array([index[row.label] for row in rows], dtype=np.int64)
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


def _files_of(model: Path, labels: Path | None, preprocessing: Path | None) -> ModelFiles:
    path = bare_model(model) or _only_file(model)
    if path is None:
        raise EdgewrightError(f"{model} is a run folder; name a model file in it, or use: edgewright evaluate {model}")
    found = find_model(path, labels=labels, preprocessing=preprocessing)
    return replace(found, format=path.name)


def _only_file(run: Path) -> Path | None:
    """The one model file of a run folder, as an import makes it; None where there are others to choose from."""
    present = RunFolder(run).present()
    return run / present[0].path if len(present) == 1 else None


def _shared(reference: ModelFiles, candidate: ModelFiles) -> tuple[tuple[str, ...], Preprocessing]:
    """The labels and contract of both: they may differ in who normalises, but not in what images become.

    Raises:
        EdgewrightError: they differ.
    """
    names, other_names = (read_labels(each.labels) for each in (reference, candidate))
    if names != other_names:
        raise EdgewrightError(
            f"{reference.labels} and {candidate.labels} name different labels, or in another order; models are "
            f"compared label by label (--labels FILE names those of both)"
        )
    contract, other = (Preprocessing.load(each.preprocessing) for each in (reference, candidate))
    ways = [_geometry(each) for each in (contract, other)]
    differing = next((name for name in ways[0] if ways[0][name] != ways[1][name]), None)
    if differing is not None:
        raise EdgewrightError(
            f"{reference.preprocessing} and {candidate.preprocessing} make different pixels ({differing} is "
            f"{ways[0][differing]} and {ways[1][differing]}); models are compared on the same (--preprocessing FILE "
            f"names the contract of both)"
        )
    return names, contract


def _geometry(contract: Preprocessing) -> dict[str, Any]:
    """What of a contract makes pixels; the rest says what becomes of them."""
    of_the_file = {"normalisation", "channel_order", "output", "decision_threshold"}
    return {name: value for name, value in asdict(contract).items() if name not in of_the_file}


def _images_of(data: Path, labels: tuple[str, ...], labels_from: str) -> Dataset:
    try:
        return read_images(data, labels=labels, labels_from=labels_from)
    except UnlabelledError as error:
        return read_unlabelled(data, why=str(error))
