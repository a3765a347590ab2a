"""Which labels are likely to be wrong, by confident learning.

Northcutt, Jiang and Chuang 2021, Confident learning: estimating uncertainty in dataset labels, Journal of Artificial
Intelligence Research 70 (arXiv:1911.00068). The rule is the one that cleanlab calls `both`: prune by class and prune by
noise rate. Where cleanlab is not installed, what stands here gives the same answer.
"""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.optional_imports import is_importable

_EQUAL = 1e-6
_LEAST_THRESHOLD = 2e-6
_ROUNDS = 100


def wrong_labels(classes: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which labels are likely to be wrong.

    Args:
        classes: class index of each image as it is labelled; every class has an image.
        probabilities: of images that the model has not seen, shape (n, classes).
    """
    return _by_cleanlab(classes, probabilities) if is_importable("cleanlab") else own_rule(classes, probabilities)


def _by_cleanlab(classes: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
    with warnings.catch_warnings():
        # That a class is too small for the rule; and what its dependencies deprecate.
        warnings.simplefilter("ignore")
        from cleanlab.filter import find_label_issues

        found = find_label_issues(classes, probabilities, filter_by="both", n_jobs=1)
    return np.asarray(found, np.bool_)


def own_rule(classes: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The same without cleanlab."""
    # By labelled class (rows) and true class (columns), so many images; no class loses its last one.
    joint = _keeping_one(_calibrated(_confident_joint(classes, probabilities), classes))
    found = np.zeros(len(classes), np.bool_)
    for index in range(len(joint)):
        places = np.flatnonzero(classes == index)
        if len(places) > 1:
            own = probabilities[places]
            found[places] = _least_sure(own, index, joint) & _surest_of_others(own, index, joint)
    found[_names_own_label(classes, probabilities)] = False
    return found


def _confident_joint(classes: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many images of each label are surely of each class: above the mean that the class's own images get."""
    count = probabilities.shape[1]
    thresholds = np.array([np.mean(probabilities[:, index][classes == index]) for index in range(count)])
    above = probabilities >= np.maximum(thresholds, _LEAST_THRESHOLD) - _EQUAL
    guess = np.where(above.sum(axis=1) > 1, probabilities.argmax(axis=1), above.argmax(axis=1))
    sure = above.any(axis=1)
    table = np.zeros((count, count), np.int64)
    np.add.at(table, (guess[sure], classes[sure]), 1)
    np.fill_diagonal(table, np.maximum(table.diagonal(), 1))
    # Turned, as cleanlab's is: the order in memory decides the last bit of sums, and that how a half is rounded.
    return table.T


def _calibrated(joint: NDArray[np.int64], classes: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same, with as many images of each label as there are."""
    counts = np.bincount(classes, minlength=len(joint))
    scaled = (joint.T / joint.sum(axis=1) * counts).T
    return _rounded_rows(scaled / scaled.sum() * counts.sum())


def _keeping_one(joint: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same by true class (rows) and labelled class (columns), at least one image of each right as it is."""
    turned = joint.T
    diagonal = np.maximum(turned.diagonal(), 1)
    others = np.maximum(np.count_nonzero(turned, axis=0) - 1.0, 1.0)
    lessened = np.maximum(turned - (diagonal - turned.diagonal()) / others, 0)
    np.fill_diagonal(lessened, diagonal)
    return _rounded_rows(lessened)


def _least_sure(own: NDArray[np.float64], index: int, joint: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Of the images of a label, as many as are wrong, those whose own label is least probable."""
    wrong = len(own) - int(joint[index, index])
    found = np.zeros(len(own), np.bool_)
    found[np.argsort(own[:, index])[: max(0, wrong)]] = True
    return found


def _surest_of_others(own: NDArray[np.float64], index: int, joint: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each other class, as many images as are truly of it, those where it is ahead of the label the most."""
    found = np.zeros(len(own), np.bool_)
    for other in range(len(joint)):
        if other != index and joint[other, index] > 0:
            ahead = own[:, other] - own[:, index]
            found[np.argsort(-ahead)[: joint[other, index]]] = True
    return found


def _names_own_label(classes: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
    favoured = probabilities.copy()
    favoured[np.arange(len(classes)), classes] += _EQUAL
    return np.asarray(favoured.argmax(axis=1) == classes)


def _rounded_rows(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.array([_rounded(row) for row in values], np.int64)


def _rounded(row: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole numbers whose sum is that of the row, rounded."""
    whole, total = row.round(), row.sum().round()
    for _ in range(_ROUNDS):
        lacking = total - whole.sum()
        if abs(lacking) <= _EQUAL:
            break
        step = 1 if lacking > 0 else -1
        for place in np.argsort(row - whole)[::-step][: min(int(abs(lacking)), len(row))]:
            whole[place] += step
    return whole.astype(np.int64)
