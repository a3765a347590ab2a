"""A linear probe: how well a ridge regression tells the classes apart by features, each image left out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_STRENGTHS = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""Of the penalty, against the mean square of a standardised image's features, which is 1."""


@dataclass(frozen=True)
class Answers:
    """What a classifier says of images that it has not seen.

    Attributes:
        predicted: class index of each image.
        margins: of its score and the next best, the larger the surer.
    """

    predicted: NDArray[np.int64]
    margins: Floats

    def surest(self, share: float) -> NDArray[np.int64]:
        """The places of that share of the images of which it is surest."""
        return np.argsort(-self.margins, kind="stable")[: max(int(share * len(self.margins)), 1)]


@dataclass(frozen=True)
class Probe:
    """A ridge regression on standardised features, one target for each class.

    Attributes:
        means: of the features.
        deviations: of the features, and the root of their number.
        kernel: of shape (features, classes).
        bias: of shape (classes,).
        left_out: what a probe without the image says of it, for each image that this one was fitted to.
    """

    means: Floats
    deviations: Floats
    kernel: Floats
    bias: Floats
    left_out: Answers

    def answers(self, features: Floats) -> Answers:
        """What it says of other images, by their features."""
        scores = (features - self.means) / self.deviations @ self.kernel + self.bias
        return answers_of(scores.astype(np.float32))


def answers_of(scores: Floats) -> Answers:
    """The answers that scores or probabilities of shape (images, classes) are."""
    two = np.sort(scores, axis=1)[:, -2:]
    return Answers(scores.argmax(axis=1), two[:, 1] - two[:, 0])


def fitted_probe(features: Floats, classes: NDArray[np.int64], *, count: int) -> Probe:
    """The probe whose penalty leaves most images right that it has not seen.

    What a ridge regression without one image says of it follows from the whole one (Golub, Heath and Wahba 1979,
    Technometrics 21, 215): no image need be left out in fact, so that a probe of 600 images costs one decomposition.

    Args:
        features: of shape (images, channels).
        classes: class index of each image.
        count: of the classes.
    """
    means, deviations = features.mean(axis=0), features.std(axis=0) + 1e-6
    deviations = deviations * np.float32(np.sqrt(features.shape[1]))
    standard = (features - means) / deviations
    targets = np.eye(count, dtype=np.float32)[classes]
    bias = targets.mean(axis=0)
    values, vectors = np.linalg.eigh(standard @ standard.T)
    best: tuple[float, NDArray[np.float32], NDArray[np.float32]] | None = None
    for strength in _strengths(len(features)):
        inverse = 1 / (np.maximum(values, 0) + strength)
        duals = vectors @ (inverse[:, None] * (vectors.T @ (targets - bias)))
        scores = targets - duals / (vectors**2 @ inverse)[:, None]
        accuracy = float((scores.argmax(axis=1) == classes).mean())
        if best is None or accuracy > best[0]:
            best = (accuracy, duals, scores)
    if best is None:
        raise ValueError("there is no strength to choose from")
    return Probe(means, deviations, standard.T @ best[1], bias, answers_of(best[2]))


def _strengths(images: int) -> Sequence[float]:
    # A kernel of few images has small eigenvalues but the first: what is weak for 600 is strong for 20.
    return [strength * max(images / 600, 0.05) for strength in _STRENGTHS]
