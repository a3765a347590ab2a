"""A few real images, to try a converted file on at once; the accuracy gate comes later and uses the test split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.pixel_cache import cached_pixels
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import SplitRow, read_splits, rows_of

from ..run_inputs import OpenedRun

SIZE = 48
"""Enough to tell that float16 changes one label in a hundred, by how far the logits move; read in a second."""


@dataclass(frozen=True)
class SmokeImages:
    """A few images to try a file on as soon as it is made.

    Attributes:
        pixels: uint8, shape (n, height, width, channels); one black image where there are no real ones.
        why_not_real: the reason, where it is the black one.
    """

    pixels: NDArray[np.uint8]
    why_not_real: str | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """A note that says so, where the file was not tried on real images."""
        return () if self.why_not_real is None else (f"not tried on real images: {self.why_not_real}",)


def smoke_images_of_run(run: OpenedRun) -> SmokeImages:
    """The run's smoke images; see `read_smoke_images`."""
    return read_smoke_images(run.folder, run.contract)


def read_smoke_images(run: RunFolder, contract: Preprocessing) -> SmokeImages:
    """Up to `SIZE` training images, evenly spread over splits.csv."""
    try:
        spread = _spread(run)
        with cached_pixels(spread, contract, run_path=run.path) as pixels:
            return SmokeImages(np.array(pixels))
    except EdgewrightError as error:
        # A model can be converted where its images are not at hand; the row says that it was not tried on any.
        black = np.zeros((1, contract.height, contract.width, contract.channels), np.uint8)
        return SmokeImages(black, why_not_real=str(error))


def _spread(run: RunFolder) -> tuple[SplitRow, ...]:
    rows = rows_of(read_splits(run.splits), "train")
    if not rows:
        raise EdgewrightError(f"{run.splits} has no training image")
    return rows[:: max(1, len(rows) // SIZE)][:SIZE]
