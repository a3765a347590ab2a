"""The representative dataset: the images that quantization takes its ranges from, of the train split or others.

Never random data, never a test image: ranges from images that the model does not meet in use are wrong ranges, and
ranges from test images make the accuracy of the quantized model look better than it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import CheckFailedError, EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import class_names
from edgewright_runtime.run.manifest import verify
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import SplitRow, are_unlabelled, read_splits, rows_of
from edgewright_runtime.suggestion import named

from ..options import DEFAULT_REPRESENTATIVE_SIZE, ConvertOptions
from ..run_inputs import OpenedRun
from .class_coverage import ClassCoverage
from .distribution_shift import DistributionShift, measured_shift
from .limits import MINIMUM_SIZE, check_size
from .pixel_store import read_pixels
from .stratified_draw import in_turns
from .unlabelled_images import UnlabelledImages, draw_unlabelled


@dataclass(frozen=True)
class RepresentativeDataset:
    """The chosen images and their pixels.

    Attributes:
        rows: the images; those of the train split with classes taking turns, so that every beginning of the list is
            balanced as well.
        pixels: uint8, shape (n, height, width, channels), raw values 0..255.
        seed: of the draw.
        absent_labels: classes that have no image in it.
        shift: from it to the test split; None where there is no test image to compare it with.
        reading_notes: what the user should know of how the pixels were come by, one phrase each.
        unlabelled: what the images were drawn from where they are not of the train split.
    """

    rows: tuple[SplitRow, ...]
    pixels: NDArray[np.uint8]
    seed: int
    absent_labels: tuple[str, ...] = ()
    shift: DistributionShift | None = None
    reading_notes: tuple[str, ...] = ()
    unlabelled: UnlabelledImages | None = None

    @property
    def without_labels(self) -> str | None:
        """Where its images come from, if they have no labels."""
        if self.unlabelled is not None:
            return str(self.unlabelled.source)
        return "the train split" if self.rows and are_unlabelled(self.rows) else None

    @cached_property
    def sha256(self) -> str:
        """The hash of the list: one line `sha256 path` per image, in order."""
        lines = "".join(f"{row.sha256} {row.path}\n" for row in self.rows)
        return hashlib.sha256(lines.encode()).hexdigest()

    def as_options(self, coverage: ClassCoverage | None = None) -> dict[str, Any]:
        """What the manifest keeps of it, and of the classes that the float model names in it."""
        return {
            "size": len(self.rows),
            "seed": self.seed,
            "split": "train" if self.unlabelled is None else None,
            "calibrate": None if self.unlabelled is None else str(self.unlabelled.source),
            "sha256": self.sha256,
            "files": [row.path for row in self.rows],
            "class_coverage": None if coverage is None else coverage.as_options(),
            "against_test_split": None if self.shift is None else self.shift.as_options(),
        }

    def notes(self, asked: int, coverage: ClassCoverage | None = None) -> tuple[str, ...]:
        """What the user should know about it, and about the classes that the float model names in it."""
        drawn = self._train_notes(asked) if self.unlabelled is None else self.unlabelled.notes
        covered = () if coverage is None else coverage.notes
        shifted = () if self.shift is None else self.shift.notes
        return (*drawn, *covered, *shifted, *self.reading_notes)

    def _train_notes(self, asked: int) -> tuple[str, ...]:
        notes = []
        if len(self.rows) < asked:
            notes.append(f"the representative dataset has {len(self.rows)} images, all that the train split holds")
        if self.absent_labels:
            notes.append(f"the representative dataset has no image of {named(self.absent_labels)}")
        return tuple(notes)


def representative_dataset_of_run(run: OpenedRun, options: ConvertOptions) -> RepresentativeDataset:
    """The representative dataset that the options ask for; see `read_representative_dataset`."""
    return read_representative_dataset(
        run.folder,
        run.contract,
        class_names(run.labels),
        size=options.representative_size,
        seed=options.seed,
        store=options.cache_pixels,
        calibrate=options.calibrate,
    )


def read_representative_dataset(
    run: RunFolder,
    contract: Preprocessing,
    labels: Sequence[str],
    *,
    size: int = DEFAULT_REPRESENTATIVE_SIZE,
    seed: int = 0,
    store: bool = False,
    calibrate: Path | None = None,
) -> RepresentativeDataset:
    """The representative dataset of a run, read, preprocessed and compared with the test split.

    Args:
        run: the run folder.
        contract: by which images become pixels.
        labels: the model's classes.
        size: images to draw, fewer where there are not as many; at least `MINIMUM_SIZE`.
        seed: of the draw.
        store: put the pixels into the run folder's cache, and take them from there (see `pixel_store`).
        calibrate: a folder or list of images, which need no label, to draw from in place of the train split.

    Raises:
        EdgewrightError: splits.csv has too few training images, or of one class only; an image is missing, unreadable,
            changed, or also a test image; there are too few images at `calibrate`.
        CheckFailedError: splits.csv is not the one that the manifest lists.
    """
    rows = () if calibrate is not None and not run.splits.is_file() else _untouched_splits(run)
    unlabelled = None if calibrate is None else draw_unlabelled(calibrate, run, rows, size=size, seed=seed)
    if unlabelled is None:
        chosen = choose_rows(rows_of(rows, "train"), labels, size=size, seed=seed, where=str(run.splits))
    else:
        chosen = unlabelled.rows
    read = read_pixels(chosen, contract, run, name="representative", what="representative dataset", store=store)
    return RepresentativeDataset(
        rows=chosen,
        pixels=read.pixels,
        seed=seed,
        absent_labels=() if unlabelled else _absent(labels, chosen),
        shift=measured_shift(chosen, read.pixels, rows, contract, run_path=run.path, seed=seed),
        reading_notes=read.notes,
        unlabelled=unlabelled,
    )


def _absent(labels: Sequence[str], rows: Sequence[SplitRow]) -> tuple[str, ...]:
    present = {row.label for row in rows}
    if are_unlabelled(rows):
        return ()
    return tuple(label for label in labels if label not in present)


def _untouched_splits(run: RunFolder) -> tuple[SplitRow, ...]:
    if not run.splits.is_file():
        raise EdgewrightError(
            f"{run.path} names no training images (it has no {run.splits.name}), and INT8 needs some for its "
            f"representative dataset; give photographs of what the model will meet with --calibrate FOLDER, which need "
            f"no labels, or import the model again with --data FOLDER and --overwrite"
        )
    try:
        verify(run.splits)
    except CheckFailedError as error:
        # Someone may have moved rows from one split to another since the model was trained.
        raise CheckFailedError(
            f"{run.splits} is not the list of images that manifest.json describes (its SHA-256 differs), so that test "
            f"images may now be among its training images; restore it, or start from the data set again"
        ) from error
    return read_splits(run.splits)


def choose_rows(
    rows: Sequence[SplitRow], labels: Sequence[str], *, size: int, seed: int, where: str
) -> tuple[SplitRow, ...]:
    """`size` rows drawn evenly from all classes (fewer where there are not as many), each content once.

    Rows without labels are drawn as one class.

    Raises:
        EdgewrightError: fewer than `MINIMUM_SIZE` images, one class only, or a label that the model does not know.
    """
    check_size(size)
    unlabelled = are_unlabelled(rows)
    labels = ("",) if unlabelled else labels
    unknown = sorted({row.label for row in rows} - set(labels))
    if unknown:
        raise EdgewrightError(f"{where} has the label(s) {named(unknown)}, which labels.txt does not name")
    drawn = in_turns(rows, labels, seed=seed)
    if len(drawn) < MINIMUM_SIZE:
        raise EdgewrightError(
            f"{where} has {len(drawn)} different training image(s); INT8 needs at least {MINIMUM_SIZE} for its "
            f"representative dataset, so add images to the train split"
        )
    if len({row.label for row in drawn}) < 2 and not unlabelled:
        raise EdgewrightError(
            f"{where} has training images of the one class {drawn[0].label!r}; the representative dataset needs images "
            f"of at least two of {named(labels)}"
        )
    return drawn[:size]
