"""What is known of a data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edgewright_runtime.dataset import Dataset, ListedFile
from edgewright_runtime.run.splits import SPLITS, SplitRow

from ...data.pixels import Pixels
from ...recipes import Recipe
from .similar import similar_pairs

SIDE = 32
"""Of a thumbnail, pixels."""


@dataclass(frozen=True)
class DataSeen:
    """A data set as a training takes it in.

    Attributes:
        dataset: what was read.
        listed: what was to be read, rejected files too, with the labels and splits that the data set gives.
        rows: which image is in which split.
        recipe: that it is for.
        looked_at: rows of `pixels`: all of them, or a sample.
        pixels: of these rows.
    """

    dataset: Dataset
    listed: Sequence[ListedFile]
    rows: Sequence[SplitRow]
    recipe: Recipe
    looked_at: Sequence[SplitRow]
    pixels: Pixels

    def counts(self, split: str | None = None) -> dict[str, int]:
        """Images of each class, in class order, of one split or of all."""
        found = Counter(row.label for row in self.rows if split in (None, row.split))
        return {name: found[name] for name in self.dataset.class_names}

    @property
    def split_sizes(self) -> dict[str, int]:
        """Images of each split."""
        return {split: sum(row.split == split for row in self.rows) for split in SPLITS}

    @cached_property
    def thumbnails(self) -> NDArray[np.float32]:
        """Grey values 0 to 255 of every image of `pixels`, of shape (images, SIDE, SIDE)."""
        found = np.empty((len(self.pixels.values), SIDE, SIDE), np.float32)
        for place, values in enumerate(self.pixels.values):
            shape = values[..., 0] if values.shape[-1] == 1 else values
            grey = Image.fromarray(np.ascontiguousarray(shape)).convert("L")
            found[place] = np.asarray(grey.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32)
        return found

    @cached_property
    def similar(self) -> list[tuple[int, int]]:
        """The places of images of `pixels` that show the same, in pairs."""
        return similar_pairs(self.thumbnails)
