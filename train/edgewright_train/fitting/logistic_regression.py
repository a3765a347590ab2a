"""The head in one step: a logistic regression on the features, its penalty chosen on the validation split."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # scikit-learn brings it

from .frozen.examples import Examples, Floats
from .supervising.epoch import Epoch

LossOf = Callable[[Floats, Floats, Floats], float]
"""The loss from labels, probabilities and weights of images."""

STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
"""What the inverse of the penalty is chosen from, against the mean loss and for standardised features.

scikit-learn's `C` is against the sum of the losses, and would mean something else with every number of images.
"""

_ITERATIONS = 50


@dataclass(frozen=True)
class DenseLayer:
    """A dense layer with softmax behind it.

    Attributes:
        kernel: float32 of shape (channels, classes).
        bias: float32 of shape (classes,).
    """

    kernel: Floats
    bias: Floats

    def probabilities(self, features: Floats) -> Floats:
        """Of shape (images, classes)."""
        logits = features @ self.kernel + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: Floats = powers / powers.sum(axis=1, keepdims=True)
        return shares


def regressions(train: Examples, validation: Examples, *, loss_of: LossOf) -> Iterator[tuple[Epoch, DenseLayer]]:
    """For each strength, the strongest penalty first, the layer that fits the training split, and how good it is.

    Each begins where the one before it ended, and one that is worse on the validation split is the last. The epochs are
    of phase `head`; their learning rate is 0, for there is none.

    Args:
        train: what the layers are fitted to, by the cross-entropy of their labels.
        validation: what they are compared on.
        loss_of: what the epochs' losses are computed with: the recipe's, so that later phases can be compared.
    """
    means, deviations = train.features.mean(axis=0), train.features.std(axis=0)
    deviations = np.where(deviations > 0, deviations, 1.0)
    standardised = (train.features - means) / deviations
    model = LogisticRegression(max_iter=_ITERATIONS, warm_start=True)
    lowest = math.inf
    for number, strength in enumerate(STRENGTHS, 1):
        began = time.perf_counter()
        _fit(model.set_params(C=strength / len(standardised)), standardised, train)
        layer = _unstandardised(model, means, deviations, classes=train.labels.shape[1])
        seconds = time.perf_counter() - began
        loss, accuracy = _quality(layer, train, loss_of)
        val_loss, val_accuracy = _quality(layer, validation, loss_of)
        yield Epoch("head", number, loss, accuracy, val_loss, val_accuracy, learning_rate=0.0, seconds=seconds), layer
        if val_loss > lowest:
            return
        lowest = val_loss


def _fit(model: LogisticRegression, standardised: Floats, train: Examples) -> None:
    """Fits the model; a mixed image comes once for each of its classes, with that class's part of its weight."""
    places, classes = np.nonzero(train.labels)
    weights = train.labels[places, classes] * train.weights[places]
    # The products are small: threads would wait for each other for many times as long as they compute.
    with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
        # One that has not quite arrived is as good a candidate: the validation split decides.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(standardised[places], classes, sample_weight=weights)


def _unstandardised(model: LogisticRegression, means: Floats, deviations: Floats, *, classes: int) -> DenseLayer:
    """The layer that does for features what the model does for standardised ones."""
    kernel, bias = model.coef_.T / deviations[:, None], model.intercept_ - model.coef_ @ (means / deviations)
    if classes == 2:  # scikit-learn has one logit then, that of the second class
        kernel, bias = np.hstack([np.zeros_like(kernel), kernel]), np.concatenate([np.zeros_like(bias), bias])
    return DenseLayer(kernel.astype(np.float32), bias.astype(np.float32))


def _quality(layer: DenseLayer, examples: Examples, loss_of: LossOf) -> tuple[float, float]:
    """Loss and accuracy."""
    probabilities = layer.probabilities(examples.features)
    right = probabilities.argmax(axis=1) == examples.labels.argmax(axis=1)
    return loss_of(examples.labels, probabilities, examples.weights), float(right.mean())
