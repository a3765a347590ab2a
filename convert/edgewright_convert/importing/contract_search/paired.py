"""Whether of two contracts, tried on the same photographs, one does better beyond chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.evaluation.statistics import exact_mcnemar

from .trial import Score

TOLD_APART = 0.01
"""How likely as great a difference may be where there is none."""

_FLIPS = 4000


def beats(best: Score, other: Score) -> bool:
    """Whether the best can be told from the other on the photographs that both saw.

    It can where it is right more often, or where it is right no less often and takes the right labels to be more
    likely; either beyond chance.
    """
    gained, lost = _discordant(best, other)
    if more_often_right(best, other):
        return True
    if best.log_likelihood is None or other.log_likelihood is None or gained < lost:
        return False
    both = min(best.images, other.images)
    return sign_flip_p(best.log_likelihood[:both] - other.log_likelihood[:both]) < TOLD_APART


def more_often_right(best: Score, other: Score) -> bool:
    """Whether the best is right more often than the other, beyond chance, on the photographs that both saw."""
    gained, lost = _discordant(best, other)
    return gained > lost and exact_mcnemar(lost, gained) < TOLD_APART


def sign_flip_p(differences: NDArray[np.float64]) -> float:
    """One-sided p-value of "the mean is no greater than 0": how often chance signs give as great a mean.

    Source: Fisher's paired permutation test (The Design of Experiments, 1935), on random signs, always the same.
    """
    signs = np.random.default_rng(0).choice((-1.0, 1.0), (_FLIPS, len(differences)))
    as_great = int((signs @ differences >= differences.sum() - 1e-9).sum())
    return (as_great + 1) / (_FLIPS + 1)


def _discordant(best: Score, other: Score) -> tuple[int, int]:
    """On how many photographs the best alone is right, and the other alone; none where they have no labels."""
    if best.right is None or other.right is None:
        return 0, 0
    both = min(best.images, other.images)
    mine, its = best.right[:both], other.right[:both]
    return int((mine & ~its).sum()), int((its & ~mine).sum())
