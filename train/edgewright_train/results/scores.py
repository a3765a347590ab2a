"""How well a model tells the classes of a split apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.run.labels import class_names


@dataclass(frozen=True)
class ClassScores:
    """Scores of one class, each from 0 to 1; None where the split has no image of the class."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int


@dataclass(frozen=True)
class Scores:
    """Scores of one split.

    Attributes:
        n: images.
        accuracy: share whose most probable class is the true one.
        balanced_accuracy: mean recall of the classes that the split has images of.
        loss: mean cross-entropy in nats, without label smoothing or class weights.
        per_class: by class name (the label, with the class index where labels repeat), in class order.
        confusion_matrix: images by true class (row) and most probable class (column).
    """

    n: int
    accuracy: float
    balanced_accuracy: float
    loss: float
    per_class: dict[str, ClassScores]
    confusion_matrix: list[list[int]]


def score(probabilities: NDArray[np.float32], classes: NDArray[np.int64], labels: Sequence[str]) -> Scores:
    """The scores of predictions.

    Args:
        probabilities: shape (n, len(labels)).
        classes: true class index of each row.
        labels: of the classes, in their order.
    """
    matrix = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(matrix, (classes, probabilities.argmax(axis=1)), 1)
    per_class = {name: _class_scores(matrix, place) for place, name in enumerate(class_names(labels))}
    recalls = [scores.recall for scores in per_class.values() if scores.recall is not None]
    of_truth = probabilities[np.arange(len(classes)), classes].astype(np.float64)
    return Scores(
        n=len(classes),
        accuracy=float(matrix.trace() / len(classes)),
        balanced_accuracy=float(np.mean(recalls)),
        loss=float(-np.log(np.maximum(of_truth, 1e-12)).mean()),
        per_class=per_class,
        confusion_matrix=matrix.tolist(),
    )


def _class_scores(matrix: NDArray[np.int64], place: int) -> ClassScores:
    right, support, predicted = int(matrix[place, place]), int(matrix[place].sum()), int(matrix[:, place].sum())
    if not support:
        return ClassScores(None, None, None, 0)
    precision, recall = right / predicted if predicted else 0.0, right / support
    return ClassScores(precision, recall, 2 * right / (support + predicted), support)
