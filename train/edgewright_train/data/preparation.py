"""From a data set on the disk to labelled, split images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgewright_runtime.console import Reporter
from edgewright_runtime.dataset import Dataset, read_dataset, split_dataset
from edgewright_runtime.dataset.fingerprint import digest, files_of
from edgewright_runtime.run.labels import read_labels
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import SPLITS, SplitRow

from ..recipes import Recipe
from .data_warnings import data_warnings

_NAMED_REJECTIONS = 20


@dataclass(frozen=True)
class Prepared:
    """A data set ready to be trained on.

    Attributes:
        dataset: what was found.
        rows: which image is in which split.
        sha256: of its files' names, labels, splits and contents (the runtime's `fingerprint.digest`).
    """

    dataset: Dataset
    rows: tuple[SplitRow, ...]
    sha256: str


def prepare(data: Path, *, recipe: Recipe, labels: FixedLabels | None, seed: int, reporter: Reporter) -> Prepared:
    """The data set, read and split; what is odd about it has been said.

    Raises:
        EdgewrightError: there is nothing to train on.
    """

    def step(done: int, total: int) -> None:
        reporter.step("reading the data set", done, total)

    if labels is None:
        dataset = read_dataset(data, on_progress=step)
    else:
        dataset = read_dataset(data, labels=labels.names, labels_from=labels.where, on_progress=step)
    reporter.finish()
    rows = split_dataset(dataset, val_fraction=recipe.val_fraction, test_fraction=recipe.test_fraction, seed=seed)
    _tell(dataset, rows, reporter)
    return Prepared(dataset, rows, digest(files_of(data, dataset)))


@dataclass(frozen=True)
class FixedLabels:
    """Class names whose order is settled already, and where they stand."""

    names: tuple[str, ...]
    where: str


def fixed_labels(labels_file: Path | None, out: Path) -> FixedLabels | None:
    """The labels in the given file, or else those that the run folder has already; None where neither is there.

    Raises:
        EdgewrightError: the file cannot be read or is no list of labels.
    """
    if labels_file is not None:
        return FixedLabels(read_labels(labels_file), str(labels_file))
    settled = RunFolder(out).labels
    if not settled.is_file():
        return None
    return FixedLabels(read_labels(settled), f"{settled} (of an earlier training; another --out makes its own)")


def _tell(dataset: Dataset, rows: Sequence[SplitRow], reporter: Reporter) -> None:
    sizes = ", ".join(f"{split} {sum(row.split == split for row in rows)}" for split in SPLITS)
    reporter.line(f"{len(dataset.images)} images of {len(dataset.labels)} classes: {sizes}.")
    for note in dataset.notes:
        reporter.line(f"Note: {note}")
    for file in dataset.rejected[:_NAMED_REJECTIONS]:
        reporter.line(f"Left out {file.path}: {file.reason}")
    if len(dataset.rejected) > _NAMED_REJECTIONS:
        reporter.line(f"Left out {len(dataset.rejected) - _NAMED_REJECTIONS} more; metrics.json names them all.")
    for warning in data_warnings(dataset):
        reporter.line(f"Note: {warning}")
