"""Latency and accuracy of every format, through the runtime's own functions: one row per format.

    make bench-suite                          a small network of the digits
    make bench-suite RUN=runs/flowers         any run folder
    make bench-suite COMPARE=build/bench.json against the figures of an earlier run

Raw figures go to build/bench.json (`--benchmark-json`). Formats that do not run on this machine are skipped with the
reason. The comparisons with bare libraries are in the other files of this folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgewright_runtime.classifier import Classifier
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.evaluation.comparison import compare
from edgewright_runtime.evaluation.gate import Thresholds
from edgewright_runtime.evaluation.reference import reference_probabilities
from edgewright_runtime.pixel_cache import cached_pixels
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.formats import FORMATS, REFERENCE_FORMATS
from edgewright_runtime.run.labels import class_names, read_labels
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import locate, read_splits, rows_of

NAMES = [row.name for row in FORMATS if row.name not in REFERENCE_FORMATS]

pytestmark = pytest.mark.parametrize("name", NAMES)


@dataclass(frozen=True)
class Held:
    """The test split of the run: pixels, class indices, the float model's outputs, names and one photograph."""

    pixels: np.ndarray
    truth: np.ndarray
    reference: np.ndarray
    names: tuple[str, ...]
    paths: list[str]
    photo: Path


@pytest.fixture(scope="session")
def held(run: Path) -> Held:
    folder, names = RunFolder(run), class_names(read_labels(run / "labels.txt"))
    rows = rows_of(read_splits(folder.splits), "test")
    with cached_pixels(rows, Preprocessing.load(folder.preprocessing), run_path=run) as cached:
        pixels = np.array(cached)
        reference = reference_probabilities(folder, rows, cached)
    truth = np.array([names.index(row.label) for row in rows])
    return Held(pixels, truth, reference, names, [row.path for row in rows], locate(rows[0].path, run))


@pytest.fixture
def classifier(run: Path, name: str) -> Classifier:
    if not RunFolder(run).file_of(name).exists():
        pytest.skip(f"{run} has no {name}")
    try:
        return Classifier.open(run, format=name)
    except EdgewrightError as error:
        pytest.skip(str(error))


@pytest.mark.benchmark(group="pixels to probabilities, one image")
def test_inference(benchmark: Any, classifier: Classifier, held: Held, row: dict[str, float]) -> None:
    outputs = benchmark(classifier.probabilities, held.pixels[:1])
    assert np.abs(outputs.sum(axis=1) - 1).max() < 0.05
    row["p50 ms"] = 1000 * benchmark.stats.stats.median


@pytest.mark.benchmark(group="image file to label")
def test_photo_to_label(benchmark: Any, classifier: Classifier, held: Held, row: dict[str, float]) -> None:
    (best,) = benchmark(classifier.classify, held.photo, top_k=1)
    assert best.label in classifier.labels
    row["photo to label ms"] = 1000 * benchmark.stats.stats.median


@pytest.mark.benchmark(group="the test split, image by image")
def test_accuracy(benchmark: Any, classifier: Classifier, held: Held, row: dict[str, float]) -> None:
    outputs = benchmark.pedantic(classifier.probabilities, args=(held.pixels,), rounds=1)
    found = compare(held.reference, outputs, held.truth, labels=held.names, paths=held.paths, thresholds=Thresholds())
    figures = {"top-1": found.top1, "agreement": found.decision.agreement, "drop": found.decision.drop}
    benchmark.extra_info.update({**figures, "n": found.n, "verdict": found.decision.verdict})
    row.update(figures)
    assert found.decision.verdict != "fail", found.decision.why
