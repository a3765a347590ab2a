"""How near a file's answers are to the float model's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Judged:
    """A file's answers against the float model's, on the same images.

    Attributes:
        agreement: share of images with the same label, 0 to 1.
        distance: mean absolute difference of the probabilities.
        images: how many.
    """

    agreement: float
    distance: float
    images: int


def judged(given: NDArray[np.float32], wanted: NDArray[np.float32]) -> Judged:
    """The comparison of two sets of probabilities, each of shape (n, classes)."""
    same = given.argmax(axis=1) == wanted.argmax(axis=1)
    return Judged(float(same.mean()), float(np.abs(given - wanted).mean()), len(given))
