"""What the answers of a trained classifier give away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.suggestion import named

from ..finding import ERROR, Finding

_SAME = 0.95
_ORDER_GAIN, _ORDER_ACCURACY = 0.3, 0.6


def one_answer(
    probabilities: NDArray[np.float32], classes: NDArray[np.int64], names: Sequence[str]
) -> Iterator[Finding]:
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
        f"{said[place]:.0%} of {len(probabilities)} images are called {names[place]!r}, and {true[place]:.0%} are; "
        "over "
        f"the images a probability varies by {spread:.2g}.",
        "Lower the learning rates, and look at the weights that the backbone starts from (edgewright doctor does "
        "both).",
    )


def permuted_labels(
    probabilities: NDArray[np.float32], classes: NDArray[np.int64], names: Sequence[str]
) -> Iterator[Finding]:
    """Classes that the model knows, but in another order than the labels have."""
    matrix = np.zeros((len(names),) * 2, np.int64)
    np.add.at(matrix, (classes, probabilities.argmax(axis=1)), 1)
    said = _matched(matrix)
    true = np.arange(len(names))
    matched, right = matrix[true, said].sum() / len(classes), matrix.trace() / len(classes)
    if matched < _ORDER_ACCURACY or matched - right < _ORDER_GAIN:
        return
    moved = [f"{names[one]!r} is called {names[two]!r}" for one, two in enumerate(said.tolist()) if one != two]
    yield Finding(
        "label_order",
        ERROR,
        "The model knows the classes, but its labels are in another order.",
        f"It is right on {right:.0%} of {len(classes)} images, and on {matched:.0%} with the labels in another order: "
        f"{named(moved)}.",
        "Give the labels.txt that the model was trained with (--labels FILE): a label's line is its class index.",
    )


def _matched(matrix: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each true class the one that it is called most, no class twice; the most frequent pairs are matched first."""
    said = np.full(len(matrix), -1, np.int64)
    for place in np.argsort(-matrix, axis=None, kind="stable"):
        true, predicted = divmod(int(place), len(matrix))
        if said[true] < 0 and predicted not in said:
            said[true] = predicted
    return said
