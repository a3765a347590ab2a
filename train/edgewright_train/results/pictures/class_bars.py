"""Recall and precision of every class, the worst on top."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edgewright_runtime.evaluation.statistics import wilson_interval
from edgewright_runtime.run.labels import class_names

from ..scores import Scores
from .figure import BLUE, ORANGE, drawable_names, new_figure, png_of


def class_bars(scores: Scores, labels: Sequence[str]) -> bytes:
    """A PNG with two bars for each class that the split has images of, and 95 % intervals around both."""
    called = np.array(scores.confusion_matrix).sum(axis=0)
    named = zip(drawable_names(class_names(labels)), scores.per_class.values(), called.tolist(), strict=True)
    rows = sorted((row for row in named if row[1].support), key=lambda row: (row[1].recall or 0, row[1].precision or 0))
    figure = new_figure(7.2, 1.1 + (0.42 if len(rows) <= 30 else 0.2) * len(rows))
    axes, places = figure.add_subplot(), np.arange(len(rows))
    recall = [(each.recall or 0.0, each.support) for _, each, _ in rows]
    precision = [(each.precision or 0.0, times) for _, each, times in rows]
    for offset, colour, what, values in ((-0.2, BLUE, "recall", recall), (0.2, ORANGE, "precision", precision)):
        shares = np.array([share for share, _ in values])
        axes.barh(places + offset, shares, 0.36, color=colour, label=what, alpha=0.9)
        around = np.array([_interval(share, n, scores.confidence) for share, n in values]).T
        axes.errorbar(shares, places + offset, xerr=np.abs(around - shares), fmt="none", ecolor="#444", elinewidth=0.9)
    axes.set_yticks(places, [f"{name} ({each.support})" for name, each, _ in rows], parse_math=False, fontsize="small")
    axes.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5))
    axes.grid(axis="x", alpha=0.25)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize="small")
    return png_of(figure)


def _interval(share: float, n: int, confidence: float) -> tuple[float, float]:
    return wilson_interval(round(share * n), n, confidence=confidence) if n else (share, share)
