"""Every image as pixels, decoded once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.pixel_cache import cached_pixels
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import class_names
from edgewright_runtime.run.splits import SPLITS, SplitRow


@dataclass(frozen=True)
class Pixels:
    """The images of a data set as the model will see them, and their classes.

    Attributes:
        values: uint8 of shape (images, height, width, channels), on the disk.
        classes: class index of each image.
        places: for each split, the places of its images in the two arrays.
    """

    values: NDArray[np.uint8]
    classes: NDArray[np.int64]
    places: dict[str, NDArray[np.int64]]


@contextlib.contextmanager
def decoded(rows: Sequence[SplitRow], *, labels: Sequence[str], contract: Preprocessing, out: Path) -> Iterator[Pixels]:
    """The pixels of every row's image through the one preprocessing; they go away with the block.

    Raises:
        EdgewrightError: an image has changed since the data set was read.
    """
    index = {name: number for number, name in enumerate(class_names(labels))}
    classes = np.array([index[row.label] for row in rows], dtype=np.int64)
    splits = np.array([row.split for row in rows])
    with cached_pixels(rows, contract, run_path=out, description="decoding images") as values:
        yield Pixels(values, classes, {name: np.flatnonzero(splits == name) for name in SPLITS})
