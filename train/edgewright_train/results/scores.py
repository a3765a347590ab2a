"""How well a model tells the classes of a split apart, and how well it knows that it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.evaluation.statistics import wilson_interval
from edgewright_runtime.run.labels import class_names

from .calibration import BINS, Probabilities, brier_score, log_loss, reliability, scaled

CONFIDENCE = 0.95
"""Of every interval: what share of such intervals holds the true value."""

_TOP_K = (2, 3, 5)

Interval = tuple[float, float]


@dataclass(frozen=True)
class Averages:
    """One average of all classes' precision, recall and F1, each from 0 to 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class ClassScores:
    """Scores of one class, each from 0 to 1; None where the split has no image of the class.

    Attributes:
        precision: share of the images called so that are it.
        recall: share of the images that are it and are called so.
        f1: harmonic mean of the two.
        support: images of the class.
        recall_interval: Wilson's interval of the recall.
        roc_auc: of this class against the rest; None too where there is no other class.
        average_precision: of this class against the rest.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    recall_interval: Interval | None
    roc_auc: float | None
    average_precision: float | None


@dataclass(frozen=True)
class Trust:
    """How far the probabilities can be taken at their word.

    Attributes:
        ece: expected calibration error, 0 to 1: mean distance of accuracy and confidence over `bins` equal bins of
            confidence, weighted by images (Guo et al. 2017, arXiv:1706.04599, equation 3).
        log_loss: mean cross-entropy in nats.
        brier_score: mean squared distance from the one-hot truth, summed over classes, 0 to 2 (Brier 1950).
        bins: of `ece`.
    """

    ece: float
    log_loss: float
    brier_score: float
    bins: int = BINS


@dataclass(frozen=True)
class Scores:
    """Scores of one split; the names are scikit-learn's where it has one.

    Attributes:
        n: images.
        accuracy: share whose most probable class is the true one.
        accuracy_interval: Wilson's interval of the accuracy.
        confidence: of all intervals.
        balanced_accuracy: mean recall of the classes that the split has images of.
        loss: mean cross-entropy in nats, without label smoothing or class weights.
        top_k_accuracy: by k, as text: share whose true class is among the k most probable; for k below the number of
            classes.
        macro_avg: over the classes that the split has images of, each counting the same.
        weighted_avg: over the same, each counting as many times as it has images.
        micro_avg: over all images; as every image has one class and one answer, all three are the accuracy.
        roc_auc_ovr: mean of the classes' areas under the ROC curve, one against the rest; None where no class has one.
        average_precision: mean of the classes' average precisions.
        before_temperature: of the probabilities as the model gives them.
        after_temperature: of those divided by the temperature; None where none was asked for.
        per_class: by class name (the label, with the class index where labels repeat), in class order.
        confusion_matrix: images by true class (row) and most probable class (column).
    """

    n: int
    accuracy: float
    accuracy_interval: Interval
    confidence: float
    balanced_accuracy: float
    loss: float
    top_k_accuracy: dict[str, float]
    macro_avg: Averages
    weighted_avg: Averages
    micro_avg: Averages
    roc_auc_ovr: float | None
    average_precision: float | None
    before_temperature: Trust
    after_temperature: Trust | None
    per_class: dict[str, ClassScores]
    confusion_matrix: list[list[int]]

    @property
    def ece(self) -> float:
        """Expected calibration error of the probabilities as the model gives them."""
        return self.before_temperature.ece

    def to_dict(self) -> dict[str, Any]:
        """The object of a split in metrics.json."""
        return {**asdict(self), "ece": self.ece}


def score(
    probabilities: NDArray[np.float32],
    classes: NDArray[np.int64],
    labels: Sequence[str],
    *,
    temperature: float | None = None,
) -> Scores:
    """The scores of predictions.

    Args:
        probabilities: shape (n, len(labels)).
        classes: true class index of each row.
        labels: of the classes, in their order.
        temperature: learned on other images; gives `after_temperature`.
    """
    from .rankings import averages, rankings  # here, for they bring scikit-learn with them

    matrix, predicted = np.zeros((len(labels), len(labels)), dtype=np.int64), probabilities.argmax(axis=1)
    np.add.at(matrix, (classes, predicted), 1)
    found = rankings(probabilities, classes)
    per_class = {
        name: _class_scores(matrix, place, found.roc_auc[place], found.average_precision[place])
        for place, name in enumerate(class_names(labels))
    }
    right = int(matrix.trace())
    recalls = [each.recall for each in per_class.values() if each.recall is not None]
    after = None if temperature is None else _trust(scaled(probabilities, temperature), classes)
    return Scores(
        n=len(classes),
        accuracy=float(right / len(classes)),
        accuracy_interval=wilson_interval(right, len(classes), confidence=CONFIDENCE),
        confidence=CONFIDENCE,
        balanced_accuracy=float(np.mean(recalls)),
        loss=log_loss(probabilities, classes),
        top_k_accuracy=_top_k(probabilities, classes),
        macro_avg=Averages(*averages(classes, predicted, "macro")),
        weighted_avg=Averages(*averages(classes, predicted, "weighted")),
        micro_avg=Averages(*averages(classes, predicted, "micro")),
        roc_auc_ovr=_mean(found.roc_auc),
        average_precision=_mean(found.average_precision),
        before_temperature=_trust(probabilities, classes),
        after_temperature=after,
        per_class=per_class,
        confusion_matrix=matrix.tolist(),
    )


def _class_scores(
    matrix: NDArray[np.int64], place: int, roc_auc: float | None, average_precision: float | None
) -> ClassScores:
    right, support, predicted = int(matrix[place, place]), int(matrix[place].sum()), int(matrix[:, place].sum())
    if not support:
        return ClassScores(None, None, None, 0, None, None, None)
    precision, recall = right / predicted if predicted else 0.0, right / support
    interval = wilson_interval(right, support, confidence=CONFIDENCE)
    f1 = 2 * right / (support + predicted)
    return ClassScores(precision, recall, f1, support, interval, roc_auc, average_precision)


def _top_k(probabilities: NDArray[np.float32], classes: NDArray[np.int64]) -> dict[str, float]:
    # Of two equally probable classes the first counts as the more probable, as argmax has it.
    of_truth = probabilities[np.arange(len(classes)), classes][:, None]
    before = np.arange(probabilities.shape[1]) < classes[:, None]
    rank = 1 + ((probabilities > of_truth) | ((probabilities == of_truth) & before)).sum(axis=1)
    return {str(k): float((rank <= k).mean()) for k in _TOP_K if k < probabilities.shape[1]}


def _trust(probabilities: Probabilities, classes: NDArray[np.int64]) -> Trust:
    return Trust(
        ece=reliability(probabilities, classes).ece,
        log_loss=log_loss(probabilities, classes),
        brier_score=brier_score(probabilities, classes),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None
