"""Models with one output for two labels, which become ordinary classifiers of two outputs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True)
class PairHead:
    """Two outputs made from one value v: v * kernel + bias, and a softmax of them where v is a logit.

    Attributes:
        kernel: one factor per label.
        bias: one term per label.
        softmax: whether one follows.
    """

    kernel: tuple[float, float]
    bias: tuple[float, float]
    softmax: bool


FROM_PROBABILITY = PairHead((-1.0, 1.0), (1.0, 0.0), softmax=False)
"""[1 - p, p] from the probability p of the second label."""


def pair_from_logit(threshold: float) -> PairHead:
    """The probabilities of both labels from the second one's logit, moved so that `threshold` comes to lie at 0.5.

    The softmax of [-h, h] is [1 - sigmoid(2 h), sigmoid(2 h)]. Halves in both outputs, not [0, 2 h]: in INT8 each
    output then has half the range, and neither has a kernel of zeros only.
    """
    moved = math.log(threshold / (1 - threshold))
    return PairHead((-0.5, 0.5), (moved / 2, -moved / 2), softmax=True)


def pair_head(path: Path, kind: str, *, sees_logit: bool, threshold: float) -> PairHead:
    """How both probabilities are made from the value that can be had: the logit or, where none is seen, the output.

    Args:
        path: of the model, for messages.
        kind: what the model's output is, `probabilities` or `logits`.
        sees_logit: whether the value is a logit: the output itself, or what a sigmoid at the end takes.
        threshold: above which probability the model says the second label.

    Raises:
        EdgewrightError: the threshold is not 0.5, and there is no logit in which to move it.
    """
    if sees_logit:
        return pair_from_logit(threshold)
    if threshold != DEFAULT_THRESHOLD:
        raise EdgewrightError(
            f"{path} gives {kind} without a sigmoid at its end that can be seen, and only in what a sigmoid takes can "
            f"--threshold {threshold} be moved to 0.5; rebuild the model with a sigmoid as its last layer, or leave "
            f"--threshold out"
        )
    return FROM_PROBABILITY


def check_threshold(threshold: float | None) -> None:
    """Refuses a threshold that no probability can be on both sides of.

    Raises:
        EdgewrightError: it is not above 0 and below 1.
    """
    if threshold is not None and not 0 < threshold < 1:
        raise EdgewrightError(f"--threshold must be above 0 and below 1, not {threshold}")


def binary_output_kind(path: Path, *, declared: str | None, activation: str | None, outputs: NDArray[Any]) -> str:
    """`probabilities` or `logits`: by the last activation, else as declared.

    Args:
        path: of the model, for messages.
        declared: what the user says, or None.
        activation: name of the model's last activation, where it can be seen.
        outputs: of the model for a few images, shape (n, 1).

    Raises:
        EdgewrightError: the declaration is missing or wrong.
    """
    if activation == "sigmoid":
        if declared == "logits":
            raise EdgewrightError(f"{path} ends in a sigmoid, so its output is a probability; leave --output out")
        return "probabilities"
    if declared is None:
        raise EdgewrightError(
            f"{path} has one output, and does not show whether that is a probability or a logit; say it with "
            f"--output probabilities or --output logits"
        )
    low, high = float(np.min(outputs)), float(np.max(outputs))
    if declared == "probabilities" and not 0 <= low <= high <= 1:
        raise EdgewrightError(
            f"{path} does not give a probability: its output goes from {low:.3g} to {high:.3g}; use --output logits"
        )
    return declared
