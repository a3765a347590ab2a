"""The confusion matrix as a heat map."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from edgewright_runtime.run.labels import class_names

from ..scores import Scores
from .figure import drawable_names, new_figure, png_of

_NUMBERS_UP_TO = 20  # classes; beyond, the cells are too small to read numbers in


def confusion_heat_map(scores: Scores, labels: Sequence[str]) -> bytes:
    """A PNG: true classes down, predicted ones across, coloured by share of the row; counts where they are few."""
    matrix = np.array(scores.confusion_matrix)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    names = drawable_names(class_names(labels))
    cell = 0.55 if len(names) <= _NUMBERS_UP_TO else 0.22 if len(names) <= 60 else 0.145
    side, longest = max(3.2, cell * len(names)), max(map(len, names))
    figure = new_figure(side + 1.2 + 0.09 * longest, side + 0.9 + 0.07 * longest)
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    _name_classes(axes, names)
    axes.set_title(f"Test split: {scores.accuracy:.1%} of {scores.n} right", fontsize="medium")
    if len(names) <= _NUMBERS_UP_TO:
        _write_counts(axes, matrix, shares)
    else:
        _ring_mistakes(axes, shares)
    return png_of(figure)


def _name_classes(axes: Axes, names: Sequence[str]) -> None:
    few = len(names) <= _NUMBERS_UP_TO
    size = "medium" if few else "x-small" if len(names) <= 60 else 5.5
    # A class may be called "$5": a name is no formula.
    axes.set_xticks(range(len(names)), names, rotation=45 if few else 90, fontsize=size, parse_math=False)
    axes.set_yticks(range(len(names)), names, fontsize=size, parse_math=False)
    for name in axes.get_xticklabels():
        name.set(rotation_mode="anchor", horizontalalignment="right", verticalalignment="top" if few else "center")
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")


def _write_counts(axes: Axes, matrix: NDArray[np.int64], shares: NDArray[np.float64]) -> None:
    for (row, column), count in np.ndenumerate(matrix):
        colour = "white" if shares[row, column] > 0.5 else "black" if count else "silver"
        axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize="small")


def _ring_mistakes(axes: Axes, shares: NDArray[np.float64]) -> None:
    """Rings around cells off the diagonal that hold a tenth of a class: pale cells are easily overlooked."""
    rows, columns = np.nonzero((shares >= 0.1) & ~np.eye(len(shares), dtype=bool))
    axes.scatter(columns, rows, s=26, facecolors="none", edgecolors="#c8641e", linewidths=0.9)
