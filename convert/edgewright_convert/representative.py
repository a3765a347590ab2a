"""The representative dataset: the training images that quantisation takes its ranges from.

Never random data, never a test image: ranges from images that the model does not meet in use are wrong ranges, and
ranges from test images make the accuracy of the quantised model look better than it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.manifest import verify
from edgewright_runtime.pixel_cache import cached_pixels
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run_folder import RunFolder
from edgewright_runtime.splits import SplitRow, read_splits, rows_of

from .options import DEFAULT_REPRESENTATIVE_SIZE

MINIMUM_SIZE = 20
"""Images. Below this a range is the extreme of so few values that a single odd photograph decides it."""

JUDGES = 200
"""Images that INT8 files are compared on; enough to tell their mean differences from the float model apart."""


@dataclass(frozen=True)
class RepresentativeDataset:
    """The chosen images and their pixels.

    Attributes:
        rows: the images, classes taking turns, so that every beginning of the list is balanced as well.
        pixels: uint8, shape (n, height, width, channels), raw values 0..255.
        seed: of the draw.
        absent_labels: classes that have no image in it.
    """

    rows: tuple[SplitRow, ...]
    pixels: NDArray[np.uint8]
    seed: int
    absent_labels: tuple[str, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """The hash of the list: one line `sha256 path` per image, in order."""
        lines = "".join(f"{row.sha256} {row.path}\n" for row in self.rows)
        return hashlib.sha256(lines.encode()).hexdigest()

    def as_options(self) -> dict[str, Any]:
        """What the manifest keeps of it."""
        return {
            "size": len(self.rows),
            "seed": self.seed,
            "split": "train",
            "sha256": self.sha256,
            "files": [row.path for row in self.rows],
        }

    def notes(self, asked: int) -> tuple[str, ...]:
        """What the user should know about it."""
        notes = []
        if len(self.rows) < asked:
            notes.append(f"the representative dataset has {len(self.rows)} images, all that the train split holds")
        if self.absent_labels:
            notes.append(f"the representative dataset has no image of {', '.join(self.absent_labels)}")
        return tuple(notes)


def representative_dataset(
    run: RunFolder,
    contract: Preprocessing,
    labels: Sequence[str],
    *,
    size: int = DEFAULT_REPRESENTATIVE_SIZE,
    seed: int = 0,
) -> RepresentativeDataset:
    """The representative dataset of a run, read and preprocessed.

    Raises:
        EdgewrightError: splits.csv has too few training images, or of one class only; an image is missing, unreadable,
            changed, or also a test image.
        CheckFailedError: splits.csv is not the one that the manifest lists.
    """
    if not run.splits.is_file():
        raise EdgewrightError(
            f"{run.path} names no training images (it has no {run.splits.name}), and INT8 needs some for its "
            f"representative dataset; convert the model again with --data FOLDER"
        )
    # Someone may have moved rows from one split to another since the model was trained.
    verify(run.splits)
    rows = read_splits(run.splits)
    chosen = choose_rows(rows_of(rows, "train"), labels, size=size, seed=seed, where=str(run.splits))
    with cached_pixels(chosen, contract, run_path=run.path, description="Reading the representative dataset") as pixels:
        absent = tuple(label for label in labels if label not in {row.label for row in chosen})
        return RepresentativeDataset(chosen, np.array(pixels), seed, absent)


def judging_pixels(run: RunFolder, contract: Preprocessing, representative: RepresentativeDataset) -> NDArray[np.uint8]:
    """Pixels of validation and training images that are not in the representative dataset, at most `JUDGES`.

    Validation images come first: the network has not learned them by heart.
    """
    taken = {row.sha256 for row in representative.rows}
    rows = read_splits(run.splits)
    drawn = [row for split in ("val", "train") for row in sorted(rows_of(rows, split), key=_drawn_last)]
    chosen = [row for row in drawn if row.sha256 not in taken][:JUDGES]
    with cached_pixels(chosen, contract, run_path=run.path, description="Reading images to judge by") as pixels:
        return np.array(pixels)


def choose_rows(
    rows: Sequence[SplitRow], labels: Sequence[str], *, size: int, seed: int, where: str
) -> tuple[SplitRow, ...]:
    """`size` rows drawn evenly from all classes (fewer where there are not as many), each content once.

    The order in which contents are drawn is that of a hash of the seed and the content: it depends on neither the
    paths nor the version of a random generator.

    Raises:
        EdgewrightError: fewer than `MINIMUM_SIZE` images, one class only, or a label that the model does not know.
    """
    if size < MINIMUM_SIZE:
        raise EdgewrightError(f"A representative dataset needs at least {MINIMUM_SIZE} images, not {size}")
    by_label = _by_label(rows, labels, where)
    available = sum(len(of_class) for of_class in by_label.values())
    if available < MINIMUM_SIZE:
        raise EdgewrightError(
            f"{where} has {available} different training image(s); INT8 needs at least {MINIMUM_SIZE} for its "
            f"representative dataset, so add images to the train split"
        )
    if len(by_label) < 2:
        raise EdgewrightError(
            f"{where} has training images of the one class {next(iter(by_label))!r}; the representative dataset needs "
            f"images of at least two of {', '.join(labels)}"
        )
    queues = [sorted(of_class, key=lambda row: _draw_key(row, seed)) for of_class in by_label.values()]
    turns = [queue[turn] for turn in range(max(map(len, queues))) for queue in queues if turn < len(queue)]
    return tuple(turns[:size])


def _by_label(rows: Sequence[SplitRow], labels: Sequence[str], where: str) -> dict[str, list[SplitRow]]:
    unknown = sorted({row.label for row in rows} - set(labels))
    if unknown:
        raise EdgewrightError(f"{where} has the label(s) {', '.join(unknown)}, which labels.txt does not name")
    # Copies of one image add nothing to a range; the first path in order stands for all.
    distinct: dict[str, SplitRow] = {}
    for row in sorted(rows, key=lambda row: row.path):
        distinct.setdefault(row.sha256, row)
    grouped = {label: [row for row in distinct.values() if row.label == label] for label in labels}
    return {label: of_class for label, of_class in grouped.items() if of_class}


def _drawn_last(row: SplitRow) -> bytes:
    return _draw_key(row, 0)


def _draw_key(row: SplitRow, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{row.sha256}".encode()).digest()
