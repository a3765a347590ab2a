"""Whether the labels of the photographs have nothing to do with the outputs: another order, or another model's list."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .trial import Score

_BY_CHANCE = 0.01
_LEAST = 20
"""Photographs, on which a model that is right two times in five is told from one that guesses."""

_LEAST_RIGHT = 0.1
"""Share of right answers that a list in another order does not give: of a thousand classes, neighbours are alike, and
a list that is one too far down is right now and then."""

_TELLING = 0.25
"""Share of the bits that a choice among the labels has, from which answers are more than noise."""


def labels_mean_nothing(scores: Sequence[Score], labels: int) -> bool:
    """Whether under no contract the model is right more often than by guessing, though its answers tell much.

    Args:
        scores: of the contracts that were tried.
        labels: how many there are.
    """
    telling = max(scores, key=lambda score: score.information)
    if telling.right is None or telling.images < _LEAST or any(_is_beyond_chance(score, labels) for score in scores):
        return False
    return telling.information >= _TELLING * math.log2(max(2, min(labels, telling.images)))


def _is_beyond_chance(score: Score, labels: int) -> bool:
    """By the exact binomial test, one-sided, and by more than a few."""
    if score.right is None or score.right.mean() < _LEAST_RIGHT:
        return False
    right, chance = int(score.right.sum()), 1 / max(2, labels)
    fewer = sum(
        math.comb(score.images, count) * chance**count * (1 - chance) ** (score.images - count)
        for count in range(right)
    )
    return 1 - fewer < _BY_CHANCE
