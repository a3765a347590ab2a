"""What the answers of a trained classifier give away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.suggestion import named

from ..finding import ERROR, Finding

_SAME = 0.95
_ORDER_GAIN, _ORDER_ACCURACY = 0.3, 0.6


def one_answer(probabilities: NDArray[np.float32], classes: NDArray[np.int64], names: Sequence[str]) -> Iterator[Finding]:
    """A dead head: all but the same answer for every image."""
    said = np.bincount(probabilities.argmax(axis=1), minlength=len(names)) / len(probabilities)
    true = np.bincount(classes, minlength=len(names)) / len(classes)
    place = int(said.argmax())
    spread = float(probabilities.std(axis=0).max())
    if np.isfinite(probabilities).all() and (said[place] < _SAME or true[place] > said[place] - 0.2):
        return
    yield Finding(
        "dead_head",
        ERROR,
        "The network gives every image all but the same answer.",
        f"{said[place]:.0%} of {len(probabilities)} images are called {names[place]!r}, and {true[place]:.0%} are; over "
        f"the images a probability varies by {spread:.2g}.",
        "Lower the learning rates, and look at the weights that the backbone starts from (edgewright doctor does both).",
    )


def permuted_labels(
    probabilities: NDArray[np.float32], classes: NDArray[np.int64], names: Sequence[str]
) -> Iterator[Finding]:
    """Classes that the model knows, but in another order than the labels have."""
    from scipy.optimize import linear_sum_assignment  # scikit-learn brings it

    matrix = np.zeros((len(names),) * 2, int)
    np.add.at(matrix, (classes, probabilities.argmax(axis=1)), 1)
    true, said = linear_sum_assignment(-matrix)
    matched, right = matrix[true, said].sum() / len(classes), matrix.trace() / len(classes)
    if matched < _ORDER_ACCURACY or matched - right < _ORDER_GAIN:
        return
    moved = [f"{names[one]!r} is called {names[two]!r}" for one, two in zip(true, said, strict=True) if one != two]
    yield Finding(
        "label_order",
        ERROR,
        "The model knows the classes, but its labels are in another order.",
        f"It is right on {right:.0%} of {len(classes)} images, and on {matched:.0%} with the labels in another order: "
        f"{named(moved)}.",
        "Give the labels.txt that the model was trained with (--labels FILE): a label's line is its class index.",
    )
