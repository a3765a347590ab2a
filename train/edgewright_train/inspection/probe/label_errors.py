"""The labels that are likely to be wrong, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..folds import fold_numbers
from ..images.image_facts import ImageFacts
from .confident_learning import wrong_labels
from .probabilities import held_out_probabilities

LEAST_SCORE = 0.68
"""From which a label is reported: the probe finds another class more probable by 0.36 and more."""

LEAST_SCORE_OF_A_GOOD_PROBE = 0.6
"""The same for a probe that errs seldom."""

GOOD_ACCURACY = 0.85
"""Of labels as they are given, wrong ones included."""

_TIMES, _MANY = 2, 10_000
"""How often folds are dealt out anew, and the number of images above which once is enough."""

FEWEST_OF_A_CLASS = 3
"""Images; a smaller class teaches the probe nothing."""


@dataclass(frozen=True)
class LabelError:
    """An image whose label is likely to be wrong.

    Attributes:
        path: of the image.
        given: the label that it has.
        suggested: the label that the probe finds most likely.
        score: 0 to 1: half of one plus what the suggested label is more probable than the given one.
        place: of the image in the order given.
    """

    path: str
    given: str
    suggested: str
    score: float
    place: int


@dataclass(frozen=True)
class Probed:
    """What the probe says.

    Attributes:
        errors: the likeliest first.
        accuracy: share of the labels that it names of images that it has not seen; what its word is worth.
        chance: that accuracy for always saying the largest class.
        threshold: least score of a label that is reported.
        left_out: classes with too few images.
    """

    errors: tuple[LabelError, ...]
    accuracy: float
    chance: float
    threshold: float
    left_out: tuple[str, ...]


def find_label_errors(
    images: Sequence[ImageFacts],
    classes: NDArray[np.int64],
    names: Sequence[str],
    features: NDArray[np.float32],
    groups: Sequence[int],
) -> Probed | None:
    """What the probe says of the labels; None where there are not two classes with images enough.

    Args:
        images: of a data set.
        classes: class index of each.
        names: of the classes.
        features: of each, shape (n, d), scaled as the probe takes them.
        groups: of each image; what has the same number shows the same, and is not learned from to be judged.
    """
    counts = np.bincount(classes, minlength=len(names))
    used = np.flatnonzero(counts >= FEWEST_OF_A_CLASS)
    left_out = tuple(names[index] for index in np.flatnonzero((counts > 0) & (counts < FEWEST_OF_A_CLASS)).tolist())
    if len(used) < 2:
        return None
    kept = np.flatnonzero(np.isin(classes, used)).tolist()
    own = np.searchsorted(used, classes[kept])
    probabilities = _probabilities(features[kept], own, [groups[place] for place in kept])
    wrong = np.flatnonzero(wrong_labels(own, probabilities))
    best, scores = probabilities.argmax(axis=1), _scores(own, probabilities)
    errors = [
        LabelError(
            path=images[kept[row]].path,
            given=names[used[own[row]]],
            suggested=names[used[best[row]]],
            score=round(float(scores[row]), 4),
            place=int(kept[row]),
        )
        for row in wrong.tolist()
    ]
    accuracy = float((best == own).mean())
    threshold = LEAST_SCORE_OF_A_GOOD_PROBE if accuracy >= GOOD_ACCURACY else LEAST_SCORE
    told = sorted((each for each in errors if each.score >= threshold), key=lambda each: (-each.score, each.path))
    return Probed(tuple(told), accuracy, float(counts.max() / counts.sum()), threshold, left_out)


def _probabilities(points: NDArray[np.float32], own: NDArray[np.int64], groups: Sequence[int]) -> NDArray[np.float64]:
    """What regressions that do not learn from likely errors say; the mean over several ways to deal out folds."""

    def doubtful(probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        return wrong_labels(own, probabilities) & (_scores(own, probabilities) >= LEAST_SCORE)

    times = _TIMES if len(own) <= _MANY else 1
    dealt = [fold_numbers(own, groups, seed=seed) for seed in range(times)]
    every = [held_out_probabilities(points, own, folds, doubtful) for folds in dealt]
    return np.asarray(np.mean(every, axis=0))


def _scores(own: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    of_own = probabilities[np.arange(len(own)), own]
    return np.asarray((1 + probabilities.max(axis=1) - of_own) / 2)
