"""What a model's outputs say of the photographs that they are for, in bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.classifier import softmax

_LEAST, _HALF_A_STEP = 1e-4, 1 / 512
"""No label is taken to be less likely than the first, or in a quantized output than half a step, the second for uint8:
one blunder must not outweigh a hundred good answers."""

_GREATEST = 1.01
"""Of a probability: the last step of a quantized output may lie a little beyond 1."""


_GREATEST_SUM = 2.0
"""Of probabilities: each can be rounded up by half a step, and no more than one for each half step has so much."""

_SMALLEST = 1e-6
"""Of a sigmoid, so that its logit is finite."""


def information_of(outputs: NDArray[np.float32]) -> float:
    """The mutual information of photograph and answer, in bits, of outputs of shape (n, classes).

    Source: Bridle, Heading and MacKay, "Unsupervised Classifiers, Mutual Information and 'Phantom Targets'", 1991.
    """
    values = np.asarray(outputs, np.float64)
    if not np.isfinite(values).all():
        return 0.0
    values = _as_probabilities(values)
    return float(_entropy(values.mean(axis=0)) - np.mean([_entropy(row) for row in values]))


def log_likelihood_of(outputs: NDArray[np.float32], truth: NDArray[np.int64]) -> NDArray[np.float64]:
    """For each photograph the logarithm to base 2 of the probability that its label is given, shape (n,).

    It tells more than whether the label is right: which contract a model was made for shows in how sure it is, long
    before it shows in its mistakes.

    Args:
        outputs: probabilities or logits, shape (n, classes).
        truth: the output of each photograph's label, shape (n,); one that is no output has no probability.
    """
    values = np.asarray(outputs, np.float64)
    finite: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=1))
    values = _as_probabilities(np.where(finite[:, None], values, 1 / values.shape[1]))
    known = finite & (truth >= 0) & (truth < values.shape[1])
    likely = np.where(known, values[np.arange(len(values)), np.where(known, truth, 0)], 0.0)
    half_a_step = min(_HALF_A_STEP, 0.5 * float(values[values > 0].min(initial=1.0)))
    logarithms: NDArray[np.float64] = np.log2(np.maximum(likely, max(_LEAST, half_a_step)))
    return logarithms


def _as_probabilities(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row as shares of 1.

    Numbers between 0 and 1 are taken for probabilities though they add up to less: of a thousand that are quantized,
    those below half a step are lost, a good part of the whole together. Where they add up to much more they are
    sigmoids, and their logits are compared.
    """
    is_shares = bool((values >= 0).all() and (values <= _GREATEST).all())
    if is_shares and values.sum(axis=1).max() > _GREATEST_SUM:
        inside = np.clip(values, _SMALLEST, 1 - _SMALLEST)
        values, is_shares = np.log(inside / (1 - inside)), False
    if not is_shares:
        values = softmax(values)
    shares: NDArray[np.float64] = values / np.maximum(values.sum(axis=1, keepdims=True), 1e-12)
    return shares


def _entropy(shares: NDArray[np.float64]) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())
