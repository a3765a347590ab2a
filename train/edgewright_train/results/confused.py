"""Which classes are taken for which."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgewright_runtime.run.labels import class_names


@dataclass(frozen=True)
class ConfusedPair:
    """One class taken for another.

    Attributes:
        true: class index.
        predicted: class index.
        count: images.
        share: of the images of the true class, 0 to 1.
    """

    true: int
    predicted: int
    count: int
    share: float


def confused_pairs(confusion_matrix: Sequence[Sequence[int]], at_most: int) -> tuple[ConfusedPair, ...]:
    """The pairs of classes that are confused most, by images and then by share; pairs without an image left out."""
    matrix = np.array(confusion_matrix)
    sizes = np.maximum(matrix.sum(axis=1), 1)
    pairs = [
        ConfusedPair(int(true), int(predicted), int(matrix[true, predicted]), matrix[true, predicted] / sizes[true])
        for true, predicted in np.argwhere(matrix)
        if true != predicted
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.count, -pair.share, pair.true, pair.predicted))[:at_most])


def confusion_csv(confusion_matrix: Sequence[Sequence[int]], labels: Sequence[str]) -> bytes:
    """The confusion matrix as a table: a row for each true class, a column for each predicted one."""
    names, text = class_names(labels), io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["true \\ predicted", *names])
    writer.writerows([name, *row] for name, row in zip(names, confusion_matrix, strict=True))
    return text.getvalue().encode()
