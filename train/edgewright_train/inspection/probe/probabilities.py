"""The probabilities of classes that a logistic regression gives to images that it has not seen."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

_REGULARIZERS = (3e-4, 1e-3, 3e-3, 1e-2)
"""scikit-learn's C, for 1000 images."""

_STEPS = 150
_TINY = 1e-12

Points = NDArray[np.float32]
Classes = NDArray[np.int64]
Probabilities = NDArray[np.float64]


def held_out_probabilities(
    points: Points,
    classes: Classes,
    folds: NDArray[np.int64],
    doubtful: Callable[[Probabilities], NDArray[np.bool_]] | None = None,
) -> Probabilities:
    """For each image the probabilities of the classes, shape (n, classes), by a regression on the other folds.

    How strongly it is regularized is chosen by the log loss of the first fold: probabilities must be true ones for what
    is made of them.

    Args:
        points: the images' features, of shape (n, d).
        classes: class indices from 0 on, each of which has an image.
        folds: number of each image's fold.
        doubtful: which labels, by the probabilities, are not to be learned from; the regressions are then fitted once
            more without them. A class keeps one image at least.
    """
    numbers = np.unique(folds)
    strength = _best_strength(points, classes, folds == numbers[0])
    learned = np.ones(len(classes), np.bool_)
    found = _of_folds(points, classes, folds, learned, strength)
    if doubtful is None:
        return found
    learned = ~doubtful(found)
    for index in np.setdiff1d(classes, classes[learned]):
        learned[classes == index] = True
    return _of_folds(points, classes, folds, learned, strength)


def _of_folds(
    points: Points, classes: Classes, folds: NDArray[np.int64], learned: NDArray[np.bool_], strength: float
) -> Probabilities:
    found = np.zeros((len(classes), int(classes.max()) + 1))
    for number in np.unique(folds):
        held = folds == number
        found[held] = _predicted(points, classes, held, learned & ~held, strength)
    return found


def _best_strength(points: Points, classes: Classes, held: NDArray[np.bool_]) -> float:
    losses = {}
    truth = classes[held]
    for each in _REGULARIZERS:
        of_truth = _predicted(points, classes, held, ~held, each)[np.arange(len(truth)), truth]
        losses[each] = -float(np.log(np.maximum(of_truth, _TINY)).mean())
    return min(losses, key=lambda each: losses[each])


def _predicted(
    points: Points, classes: Classes, held: NDArray[np.bool_], seen: NDArray[np.bool_], strength: float
) -> Probabilities:
    found = np.zeros((int(held.sum()), int(classes.max()) + 1))
    present = np.unique(classes[seen])
    if len(present) < 2:
        found[:, present] = 1.0
        return found
    model = LogisticRegression(C=strength * 1000 / int(seen.sum()), max_iter=_STEPS)
    with warnings.catch_warnings():
        # So near the end that a hundred steps more change no label.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(points[seen], classes[seen])
    found[:, present] = model.predict_proba(points[held])
    return found
