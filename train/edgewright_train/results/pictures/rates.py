"""Loss against learning rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...diagnosis.network.rates import RangeTest
from .figure import BLUE, GREY, ORANGE, new_figure, png_of


def rates_plot(tests: Sequence[RangeTest]) -> bytes:
    """A PNG with the loss after a few steps by learning rate, a picture for each phase; the recipe's rate is marked."""
    figure = new_figure(5.5 * len(tests), 4)
    for axes, test in zip(figure.subplots(1, len(tests), squeeze=False)[0], tests, strict=True):
        known = [each for each in test.tried if math.isfinite(each.last)]
        axes.plot([each.rate for each in known], [each.last for each in known], color=BLUE, marker="o", ms=3)
        axes.axvline(test.rate, color=ORANGE, label=f"recipe: {test.rate:g}")
        axes.axvline(test.suggested, color=GREY, linestyle="--", label=f"suggested: {test.suggested:g}")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("learning rate")
        axes.set_ylabel(f"loss after {test.best.steps} steps, nats")
        axes.set_title(test.phase, fontsize="medium")
        axes.grid(alpha=0.25)
        axes.legend(fontsize="small")
    return png_of(figure)
