"""The probabilities of classes that a logistic regression gives to images that it has not seen."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from ..principal import standardised

_REGULARIZERS = (3e-4, 1e-3, 3e-3, 1e-2)
"""scikit-learn's C, for standardised features and 1000 images."""

_DIMENSIONS = 512
_STEPS = 150
_TINY = 1e-12


def held_out_probabilities(
    features: NDArray[np.float32], classes: NDArray[np.int64], folds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """For each image the probabilities of the classes, shape (n, classes), by a regression on the other folds.

    How strongly it is regularized is chosen by the log loss of the first fold: probabilities must be true ones for what
    is made of them.

    Args:
        features: of shape (n, d).
        classes: class indices from 0 on, each of which has an image.
        folds: number of each image's fold.
    """
    points = standardised(features, most=_DIMENSIONS)
    numbers = np.unique(folds)
    strength = _best_strength(points, classes, folds == numbers[0])
    found = np.zeros((len(classes), int(classes.max()) + 1))
    for number in numbers:
        held = folds == number
        found[held] = _predicted(points, classes, held, strength)
    return found


def _best_strength(points: NDArray[np.float32], classes: NDArray[np.int64], held: NDArray[np.bool_]) -> float:
    losses = {}
    truth = classes[held]
    for each in _REGULARIZERS:
        of_truth = _predicted(points, classes, held, each)[np.arange(len(truth)), truth]
        losses[each] = -float(np.log(np.maximum(of_truth, _TINY)).mean())
    return min(losses, key=lambda each: losses[each])


def _predicted(
    points: NDArray[np.float32], classes: NDArray[np.int64], held: NDArray[np.bool_], strength: float
) -> NDArray[np.float64]:
    seen = ~held
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
