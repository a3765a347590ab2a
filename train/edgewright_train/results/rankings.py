"""What scikit-learn measures: how well probabilities rank the images of a class before all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_fscore_support, roc_auc_score, roc_curve


@dataclass(frozen=True)
class Rankings:
    """For each class, in order; None where the split has no image of it, or none of another class."""

    roc_auc: Sequence[float | None]
    average_precision: Sequence[float | None]


def rankings(probabilities: NDArray[np.float32], classes: NDArray[np.int64]) -> Rankings:
    """Area under the ROC curve and average precision of each class against the rest."""
    found = [_of_class(probabilities[:, place], classes == place) for place in range(probabilities.shape[1])]
    return Rankings([area for area, _ in found], [precision for _, precision in found])


def _of_class(probability: NDArray[np.float32], is_it: NDArray[np.bool_]) -> tuple[float | None, float | None]:
    if not is_it.any():
        return None, None
    area = None if is_it.all() else float(roc_auc_score(is_it, probability))
    return area, float(average_precision_score(is_it, probability))


def averages(classes: NDArray[np.int64], predicted: NDArray[np.int64], average: str) -> tuple[float, float, float]:
    """Precision, recall and F1, averaged over the classes that there are images of.

    Args:
        classes: true class index of each image.
        predicted: class index that each was given.
        average: `macro`, `weighted` or `micro`, as scikit-learn has them. `micro` is over all images and so counts
            answers that name a class without images too.
    """
    of_whom = np.union1d(classes, predicted) if average == "micro" else np.unique(classes)
    precision, recall, f1, _ = precision_recall_fscore_support(
        classes, predicted, labels=of_whom, average=average, zero_division=0.0
    )
    return float(precision), float(recall), float(f1)


def roc_points(
    probability: NDArray[np.float32], is_it: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The false and the true positive rate at every threshold that matters."""
    false_positive, true_positive, _ = roc_curve(is_it, probability)
    return false_positive, true_positive
