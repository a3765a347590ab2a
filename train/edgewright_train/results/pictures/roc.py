"""ROC curves, each class against the rest."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np

from edgewright_runtime.run.labels import class_names

from ..predictions import Predictions
from ..rankings import roc_points
from ..scores import Scores
from .figure import GREY, drawable_names, new_figure, png_of

CURVES_UP_TO = 20  # classes; more lines are a tangle


def roc_curves(predictions: Predictions, scores: Scores, labels: Sequence[str]) -> bytes:
    """A PNG with a curve for each class that has an area under it."""
    figure = new_figure(7.0, 4.6)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1)
    colours = mpl.colormaps["tab20" if len(labels) > 10 else "tab10"]
    names = drawable_names(class_names(labels))
    for place, (name, each) in enumerate(zip(names, scores.per_class.values(), strict=True)):
        if each.roc_auc is None:
            continue
        points = roc_points(predictions.probabilities[:, place], predictions.classes == place)
        (line,) = axes.plot(*points, color=colours(place), linewidth=1.4)
        line.set_label(f"{name}: {each.roc_auc:.3f}".lstrip("_"))
    axes.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(-0.01, 1), ylim=(0, 1.01))
    axes.grid(alpha=0.25)
    legend = figure.legend(
        *axes.get_legend_handles_labels(), loc="outside right upper", fontsize="x-small", title="area"
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    return png_of(figure)


def has_curves(scores: Scores) -> bool:
    """Whether there are curves, and few enough."""
    areas = [each.roc_auc for each in scores.per_class.values()]
    return len(areas) <= CURVES_UP_TO and bool(np.any([area is not None for area in areas]))
