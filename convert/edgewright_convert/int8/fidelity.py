"""How near a converted file's outputs are to the float model's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Fidelity:
    """A candidate's outputs against the reference's, on the same images.

    Attributes:
        agreement: share of images with the same label, 0 to 1.
        distance: mean absolute difference of the probabilities, 0 to 1.
        images: how many.
    """

    agreement: float
    distance: float
    images: int


class FidelityOfFile(Protocol):
    """What tells how near a file is to the float model; the formats know how to run their files, `int8` does not."""

    def __call__(self, file: bytes) -> Fidelity:
        """The file's fidelity on the held-out validation images."""
        ...


def fidelity_of(candidate: NDArray[np.float32], reference: NDArray[np.float32]) -> Fidelity:
    """The comparison of two sets of probabilities, each of shape (n, classes)."""
    same = candidate.argmax(axis=1) == reference.argmax(axis=1)
    return Fidelity(float(same.mean()), float(np.abs(candidate - reference).mean()), len(candidate))
