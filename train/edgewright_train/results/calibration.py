"""Whether a model is right as often as it says: expected calibration error, and the temperature that mends it.

Source: Guo, Pleiss, Sun and Weinberger 2017, On Calibration of Modern Neural Networks, arXiv:1706.04599.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""Of confidence, of equal width, as in the paper's tables."""

_FLOOR = 1e-12
"""Below which a probability counts as this, so that certain and wrong costs a finite loss."""

_COLDEST, _HOTTEST = 0.05, 20.0
_HALVINGS = 60  # of an interval whose ends differ by a factor of 400: far below float64's steps

Probabilities = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True)
class Reliability:
    """Confidence against accuracy, in bins of equal width from 0 to 1.

    Attributes:
        counts: images in each bin.
        confidence: their mean probability of the class that was chosen; 0 where there is no image.
        accuracy: share of them that is right; 0 where there is no image.
    """

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def ece(self) -> float:
        """Expected calibration error, 0 to 1: mean distance of the two, weighted by images (equation 3)."""
        return float(np.average(np.abs(self.accuracy - self.confidence), weights=self.counts))

    @property
    def overconfidence(self) -> float:
        """Mean confidence less accuracy, -1 to 1: above 0 where the model promises too much."""
        return float(np.average(self.confidence - self.accuracy, weights=self.counts))


@dataclass(frozen=True)
class Temperature:
    """What a model's logits are divided by, so that its probabilities are true.

    The class that is most probable stays so; above 1 probabilities become more even.

    Attributes:
        value: above 0; 1 changes nothing.
        n: images it was learned on.
        note: why it is 1 where none could be learned; else empty.
    """

    value: float
    n: int
    note: str = ""


def reliability(probabilities: Probabilities, classes: NDArray[np.int64], *, bins: int = BINS) -> Reliability:
    """The bins of predictions: probabilities of shape (n, classes), and the true class index of each row."""
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == classes
    # The paper's bins are closed above: 0.2 is in (0.1333, 0.2].
    places = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(places, minlength=bins)
    divisor = np.maximum(counts, 1)
    return Reliability(
        counts,
        np.bincount(places, weights=confidence, minlength=bins) / divisor,
        np.bincount(places, weights=right.astype(np.float64), minlength=bins) / divisor,
    )


def log_loss(probabilities: Probabilities, classes: NDArray[np.int64]) -> float:
    """Mean cross-entropy in nats."""
    of_truth = probabilities[np.arange(len(classes)), classes].astype(np.float64)
    return float(-np.log(np.maximum(of_truth, _FLOOR)).mean())


def brier_score(probabilities: Probabilities, classes: NDArray[np.int64]) -> float:
    """Mean squared distance from the one-hot truth, summed over classes: 0 to 2.

    Source: Brier 1950, equation 2; scikit-learn's brier_score_loss with scale_by_half=False.
    """
    squares = np.square(probabilities.astype(np.float64))
    of_truth = probabilities[np.arange(len(classes)), classes].astype(np.float64)
    return float((squares.sum(axis=1) - 2 * of_truth + 1).mean())


def scaled(probabilities: Probabilities, temperature: float) -> NDArray[np.float64]:
    """The probabilities that the logits divided by the temperature give, float64 of the same shape.

    Logits are the logarithms of probabilities but for a constant in each row, which the softmax takes away again.
    """
    logits = _logits(probabilities) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return shares


def learned_temperature(probabilities: Probabilities, classes: NDArray[np.int64]) -> Temperature:
    """The temperature with the least log loss on images that the weights were not fitted to.

    The loss is convex in the inverse of the temperature, so its slope is halved down to 0. Where every image is right
    (or nothing is) the loss has no least: then it is 1, and the note says so.

    Args:
        probabilities: of the validation split, shape (n, classes).
        classes: true class index of each row.
    """
    logits, rows = _logits(probabilities), np.arange(len(classes))
    of_truth = logits[rows, classes].mean()

    def slope(inverse: float) -> float:
        return float((scaled(probabilities, 1 / inverse) * logits).sum(axis=1).mean() - of_truth)

    low, high = 1 / _HOTTEST, 1 / _COLDEST
    if slope(low) >= 0 or slope(high) <= 0:
        note = "the validation images do not say how sure the model may be: none of them, or every one, is wrong"
        return Temperature(1.0, len(classes), note)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return Temperature(2 / (low + high), len(classes))


def _logits(probabilities: Probabilities) -> NDArray[np.float64]:
    logits: NDArray[np.float64] = np.log(np.maximum(probabilities.astype(np.float64), _FLOOR))
    return logits
