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

_MOST_ERRORS = 400
"""Images whose errors are tried on all images; more cost time, and tell nothing more."""


@dataclass(frozen=True)
class Fidelity:
    """A candidate's outputs against the reference's, on the same images.

    Attributes:
        agreement: share of images with the same label, 0 to 1.
        distance: mean absolute difference of the probabilities, 0 to 1.
        images: how many.
        expected: the agreement to be expected on further images like these, 0 to 1; see `expected_agreement`, but no
            more than the labels that agreed leave likely.
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
    agreement, distance = float(same.mean()), float(np.abs(candidate - reference).mean())
    # Where unsure images are also those with the greatest errors, trying errors on other images tells too much.
    unrounded = candidate if fine is None else fine
    kept = float((unrounded.argmax(axis=1) == reference.argmax(axis=1)).mean())
    expected = min(expected_agreement(unrounded, reference), _at_most(kept, len(candidate)))
    return Fidelity(agreement, distance, len(candidate), expected)


def _at_most(agreement: float, images: int) -> float:
    """The greatest share that does not contradict the one found: the upper end of Wilson's interval, one-sided 90 %.

    Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927.
    """
    z = 1.2816
    spread = z * np.sqrt(agreement * (1 - agreement) / images + z**2 / (4 * images**2))
    return min(1.0, round(float((agreement + z**2 / (2 * images) + spread) / (1 + z**2 / images)), 12))


def expected_agreement(candidate: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """The share of pairs of an image and an error at which the image keeps its label, 0 to 1.

    On few images the labels that agree are few counts, and two files differ by luck. So what a file does to one image
    is tried on every other image too. An error is told in two ways, and the less favourable one counts: by class, as
    the change of each class's log-probability, which finds a file that favours some classes; and by rank, as what the
    winner loses of its lead over each of the runners-up, since of a thousand classes most have no part in an image.

    Args:
        candidate: probabilities, shape (n, classes).
        reference: the float model's, same shape.
    """
    if reference.shape[1] < 2 or not len(reference):
        return 1.0
    ranked = np.argsort(-reference, axis=1, kind="stable")[:, : _RUNNERS_UP + 1]
    wanted, found = (np.log(np.maximum(each, _LEAST_PROBABILITY)) for each in (reference, candidate))
    errors = np.linspace(0, len(reference) - 1, min(len(reference), _MOST_ERRORS)).astype(int)
    return min(_kept_by_class(wanted, found, ranked, errors), _kept_by_rank(wanted, found, ranked, errors))


def _kept_by_class(
    wanted: NDArray[np.float32], found: NDArray[np.float32], ranked: NDArray[np.int64], errors: NDArray[np.int64]
) -> float:
    """The share of labels that are kept when the errors of some images' log-probabilities are added to all others."""
    rows = np.arange(len(wanted))[:, np.newaxis]
    of_ranked = wanted[rows, ranked]
    # What happens to classes far behind says nothing of what happens to them in front: they go with the winner.
    changes = np.repeat((found - wanted)[rows, ranked[:, :1]], wanted.shape[1], axis=1)
    changes[rows, ranked] = (found - wanted)[rows, ranked]
    return float(np.mean([((of_ranked + changes[each][ranked]).argmax(axis=1) == 0).mean() for each in errors]))


def _kept_by_rank(
    wanted: NDArray[np.float32], found: NDArray[np.float32], ranked: NDArray[np.int64], errors: NDArray[np.int64]
) -> float:
    """The share of labels that are kept when all winners lose of their leads what those of some images lose."""
    rows = np.arange(len(wanted))[:, np.newaxis]
    leads, left = (each[rows, ranked][:, :1] - each[rows, ranked][:, 1:] for each in (wanted, found))
    losses = leads - left
    return float(np.mean([(leads > losses[each]).all(axis=1).mean() for each in errors]))
