"""How near a converted file's outputs are to the float model's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_LEAST_PROBABILITY = 2.0**-10
"""Below it logarithms say nothing: an INT8 file's probabilities are whole steps of 2**-8."""

_RUNNERS_UP = 4
"""Classes behind the winner whose distance to it is looked at: those that a label can change to."""


@dataclass(frozen=True)
class Fidelity:
    """A candidate's outputs against the reference's, on the same images.

    Attributes:
        agreement: share of images with the same label, 0 to 1.
        distance: mean absolute difference of the probabilities, 0 to 1.
        images: how many.
        expected: the agreement to be expected on further images like these, 0 to 1; see `expected_agreement`.
    """

    agreement: float
    distance: float
    images: int
    expected: float

    def is_nearer_than(self, other: Fidelity) -> bool:
        """Whether the labels, and at equal labels the probabilities, are nearer to the reference's than the other's."""
        return (self.expected, -self.distance) > (other.expected, -other.distance)


class FidelityOfFile(Protocol):
    """What tells how near a file is to the float model; the formats know how to run their files, `int8` does not."""

    def __call__(self, file: bytes) -> Fidelity:
        """The file's fidelity on the held-out validation images."""
        ...


def fidelity_of(
    candidate: NDArray[np.float32], reference: NDArray[np.float32], fine: NDArray[np.float32] | None = None
) -> Fidelity:
    """The comparison of two sets of probabilities.

    Args:
        candidate: shape (n, classes).
        reference: the float model's, same shape.
        fine: the candidate's without the rounding of its output, if they are known; only `expected` looks at them.
    """
    same = candidate.argmax(axis=1) == reference.argmax(axis=1)
    distance = float(np.abs(candidate - reference).mean())
    expected = expected_agreement(candidate if fine is None else fine, reference)
    return Fidelity(float(same.mean()), distance, len(candidate), expected)


def expected_agreement(candidate: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """The share of pairs of an image and an error at which the image keeps its label, 0 to 1.

    On few images the labels that agree are few counts, and two files differ by luck. An image keeps its label while the
    winner's lead over the runner-up, as a difference of log-probabilities, is greater than what the candidate loses of
    it. Leads and losses are measured on every image, and each lead is held against the losses of all images, which are
    far steadier figures than the few labels that changed.

    Args:
        candidate: probabilities, shape (n, classes).
        reference: the float model's, same shape.
    """
    rows = np.arange(len(reference))[:, np.newaxis]
    ranked = np.argsort(-reference, axis=1, kind="stable")[:, : _RUNNERS_UP + 1]
    if ranked.shape[1] < 2:
        return 1.0
    logs = [np.log(np.maximum(each[rows, ranked], _LEAST_PROBABILITY)) for each in (reference, candidate)]
    leads, found = (each[:, :1] - each[:, 1:] for each in logs)
    losses = np.sort((leads - found)[reference[rows, ranked[:, 1:]] >= _LEAST_PROBABILITY])
    if not len(losses):
        return 1.0
    return float(np.searchsorted(losses, leads[:, 0], side="right").mean() / len(losses))
