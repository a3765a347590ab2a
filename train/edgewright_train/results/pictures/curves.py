"""Loss, accuracy and learning rate over a training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from ...fitting import Epoch
from .figure import BLUE, GREY, ORANGE, new_figure, png_of

_DOTS_UP_TO = 25  # epochs; more of them would run together


def learning_curves(epochs: Sequence[Epoch], *, unripe: int = 0) -> bytes:
    """A PNG with loss and accuracy of training and validation over all epochs of all phases.

    Where a phase begins is marked, and its best epoch: that of the least validation loss, where what a phase left is
    mostly taken from.

    Args:
        epochs: of all phases.
        unripe: first epochs of the phase that trains all layers that are not marked.
    """
    figure = new_figure(9, 3.6)
    axes = figure.subplots(1, 2)
    for each, name in zip(axes, ("loss", "accuracy"), strict=True):
        _curves(each, epochs, name, best_epochs(epochs, unripe=unripe))
    axes[0].legend(fontsize="small")
    return png_of(figure)


def best_epochs(epochs: Sequence[Epoch], *, unripe: int = 0) -> tuple[int, ...]:
    """For each phase the place, counted from 0 over all phases, of its epoch with the least validation loss.

    The first `unripe` ones of a phase that trains all layers are left out, if that leaves any.
    """
    found = []
    for phase in dict.fromkeys(epoch.phase for epoch in epochs):
        places = [place for place, epoch in enumerate(epochs) if epoch.phase == phase]
        ripe = places if phase == "head" else places[unripe:] or places
        found.append(min(ripe, key=lambda place: epochs[place].val_loss))
    return tuple(found)


def _curves(axes: Axes, epochs: Sequence[Epoch], name: str, best: Sequence[int]) -> None:
    places, marker = np.arange(1, len(epochs) + 1), "o" if len(epochs) <= _DOTS_UP_TO else None
    validation = [getattr(epoch, f"val_{name}") for epoch in epochs]
    axes.plot(places, [getattr(epoch, name) for epoch in epochs], label="train", color=BLUE, marker=marker, ms=3)
    axes.plot(places, validation, label="validation", color=ORANGE, marker=marker, ms=3)
    for number, place in enumerate(best):
        label = "best epoch of a phase" if number == 0 else None
        axes.plot([place + 1], [validation[place]], "*", color=ORANGE, ms=13, mec="white", label=label)
    _mark_phases(axes, epochs)
    axes.set_xlabel("epoch")
    axes.set_title(name, fontsize="medium", pad=16)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlim(0.5, len(epochs) + 0.5)
    axes.grid(alpha=0.25)


def _mark_phases(axes: Axes, epochs: Sequence[Epoch]) -> None:
    starts = [place for place in range(len(epochs)) if place == 0 or epochs[place].phase != epochs[place - 1].phase]
    for start in starts:
        if start:
            axes.axvline(start + 0.5, color=GREY, linestyle=":")
        axes.annotate(
            epochs[start].phase.replace("_", " "),
            (start + 0.5, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(2, 4),
            textcoords="offset points",
            color=GREY,
            fontsize="x-small",
        )
