"""The float model's outputs on a split, computed once and stored in the run folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .. import atomic
from ..classifier import Classifier
from ..console import progress
from ..hashing import files_of, sha256_of_file
from ..run.run_folder import RunFolder
from ..run.splits import SplitRow

_CHUNK = 64


def reference_probabilities(run: RunFolder, rows: Sequence[SplitRow], pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The float model's probabilities of the rows, shape (n, classes).

    TensorFlow takes longer to start than a small test split takes to run, so they are kept under a key made from
    the model, the contract and the images.
    """
    path = run.path / "cache" / f"reference-{_key(run, rows)}.npy"
    if path.is_file():
        stored: NDArray[np.float32] = np.load(path, allow_pickle=False)
        return stored
    classifier = Classifier.open(run.path, format=run.reference().name)
    outputs = probabilities_of(classifier, pixels, description="Float model")
    with atomic.atomic_path(path) as temporary:
        np.save(temporary, outputs, allow_pickle=False)
    return outputs


def probabilities_of(classifier: Classifier, pixels: NDArray[np.uint8], *, description: str) -> NDArray[np.float32]:
    """The model's probabilities of many images, shape (n, classes), a few at a time."""
    outputs = []
    starts = range(0, len(pixels), _CHUNK)
    with progress(description, len(starts)) as advance:
        for start in starts:
            outputs.append(classifier.probabilities(np.asarray(pixels[start : start + _CHUNK])))
            advance()
    return np.concatenate(outputs)


def reference_sha256(run: RunFolder) -> str:
    """The float model's hash: of model.keras, or over all files of saved_model/."""
    return _hash_of_tree(run.path / run.reference().path)


def _key(run: RunFolder, rows: Sequence[SplitRow]) -> str:
    basis = [reference_sha256(run), sha256_of_file(run.preprocessing), [row.sha256 for row in rows]]
    return hashlib.sha256(json.dumps(basis).encode()).hexdigest()[:16]


def _hash_of_tree(path: Path) -> str:
    if path.is_file():
        return sha256_of_file(path)
    lines = [f"{file.relative_to(path).as_posix()} {sha256_of_file(file)}" for file in files_of(path)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
