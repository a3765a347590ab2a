"""Pictures of a training and its result."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from edgewright_runtime.run.labels import class_names

from ..fitting import Epoch
from .scores import Scores

_DOTS_PER_INCH = 120
_NUMBERS_UP_TO = 25  # classes; beyond, the cells are too small to read numbers in


def plot_confusion_matrix(scores: Scores, labels: Sequence[str], path: Path) -> None:
    """Writes the confusion matrix as a PNG: true classes down, predicted ones across, coloured by share of the row."""
    matrix = np.array(scores.confusion_matrix)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    names = class_names(labels)
    longest = max(len(name) for name in names)
    side = max(3.2, 0.55 * len(labels))
    figure = Figure(figsize=(side + 1.2 + 0.09 * longest, side + 0.9 + 0.07 * longest), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    # A class may be called "$5": a name is no formula.
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor", parse_math=False)
    axes.set_yticks(range(len(names)), names, parse_math=False)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.set_title(f"Test split: {scores.accuracy:.1%} of {scores.n} right", fontsize="medium")
    if len(labels) <= _NUMBERS_UP_TO:
        for (row, column), count in np.ndenumerate(matrix):
            colour = "white" if shares[row, column] > 0.5 else "black" if count else "silver"
            axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize="small")
    figure.savefig(path, dpi=_DOTS_PER_INCH)


def plot_history(epochs: Sequence[Epoch], path: Path) -> None:
    """Writes loss and accuracy over all epochs of all phases as a PNG."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    _curves(left, epochs, "loss")
    _curves(right, epochs, "accuracy")
    figure.savefig(path, dpi=_DOTS_PER_INCH)


def _curves(axes: Axes, epochs: Sequence[Epoch], name: str) -> None:
    places = np.arange(1, len(epochs) + 1)
    marker = "o" if len(epochs) <= 15 else None
    axes.plot(places, [getattr(epoch, name) for epoch in epochs], label="train", marker=marker, markersize=3)
    axes.plot(places, [getattr(epoch, f"val_{name}") for epoch in epochs], label="val", marker=marker, markersize=3)
    for place in range(1, len(epochs)):
        if epochs[place].phase != epochs[place - 1].phase:
            axes.axvline(place + 0.5, color="grey", linestyle=":", label=f"{_words(epochs[place].phase)} starts")
    axes.set_xlabel("epoch")
    axes.set_title(name, fontsize="medium")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(0.5, len(epochs) + 0.5)
    axes.legend(fontsize="small")


def _words(phase: str) -> str:
    return phase.replace("_", " ")
