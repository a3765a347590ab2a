"""The held-out validation images: what INT8 files are compared with the float model on while they are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import SplitRow, read_splits, rows_of

from ..options import ConvertOptions
from ..run_inputs import OpenedRun
from .limits import MOST_VALIDATION_IMAGES
from .pixel_store import read_pixels
from .representative_dataset import RepresentativeDataset
from .stratified_draw import draw_key


@dataclass(frozen=True)
class ValidationImages:
    """Images that are in neither the representative dataset nor the test split.

    Attributes:
        pixels: uint8, shape (n, height, width, channels), raw values 0..255; n may be 0.
        notes: what the user should know of how they were come by, one phrase each.
    """

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...] = ()


def validation_images_of_run(
    run: OpenedRun, options: ConvertOptions, representative_dataset: RepresentativeDataset
) -> ValidationImages:
    """The run's held-out validation images; see `read_validation_images`."""
    return read_validation_images(run.folder, run.contract, representative_dataset, store=options.cache_pixels)


def read_validation_images(
    run: RunFolder, contract: Preprocessing, representative: RepresentativeDataset, *, store: bool = False
) -> ValidationImages:
    """Validation and training images that are not in the representative dataset, at most `MOST_VALIDATION_IMAGES`.

    Those of the validation split come first: the network has not learned them by heart. Where the run has no such
    images, they are those that were held back of the unlabelled images.

    Args:
        run: the run folder.
        contract: by which images become pixels.
        representative: whose images are left out.
        store: put the pixels into the run folder's cache, and take them from there (see `pixel_store`).

    Raises:
        EdgewrightError: an image is missing, unreadable, or changed.
    """
    held_back = None if representative.unlabelled is None else representative.unlabelled.held_back
    chosen = _of_splits(run, representative) if held_back is None else held_back
    read = read_pixels(chosen, contract, run, name="validation", what="held-out validation images", store=store)
    return ValidationImages(read.pixels, read.notes)


def _of_splits(run: RunFolder, representative: RepresentativeDataset) -> tuple[SplitRow, ...]:
    taken = {row.sha256 for row in representative.rows}
    rows = read_splits(run.splits)
    drawn = [row for split in ("val", "train") for row in sorted(rows_of(rows, split), key=_drawn_last)]
    return tuple(row for row in drawn if row.sha256 not in taken)[:MOST_VALIDATION_IMAGES]


def _drawn_last(row: SplitRow) -> bytes:
    return draw_key(row, 0)
