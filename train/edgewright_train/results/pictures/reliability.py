"""How often the model is right where it says how sure it is."""

from __future__ import annotations

from matplotlib.axes import Axes

from ..calibration import Reliability
from .figure import BLUE, GREY, ORANGE, new_figure, png_of


def reliability_diagram(before: Reliability, after: Reliability | None) -> bytes:
    """A PNG of accuracy against confidence, in bins, and how many images are in each.

    Args:
        before: of the probabilities as the model gives them.
        after: of those divided by the temperature, on the same images; None where none was learned.
    """
    figure = new_figure(5.2, 4.8)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1, label="as sure as right")
    _points(upper, before, BLUE, "as trained")
    if after is not None:
        _points(upper, after, ORANGE, "with temperature")
    upper.set(ylabel="share that is right", xlim=(0, 1), ylim=(0, 1.02))
    upper.legend(fontsize="small", loc="upper left")
    upper.grid(alpha=0.25)
    width = 1 / len(before.counts)
    starts = [width * place for place in range(len(before.counts))]
    lower.bar(starts, before.counts, width, align="edge", color=BLUE, alpha=0.55)
    if after is not None:
        lower.stairs(after.counts, [*starts, 1.0], color=ORANGE, linewidth=1.4)
    lower.set(xlabel="probability that the model gives its answer", ylabel="images")
    return png_of(figure)


def _points(axes: Axes, bins: Reliability, colour: str, name: str) -> None:
    filled = bins.counts > 0
    sizes = 12 + 140 * bins.counts[filled] / bins.counts.sum()
    axes.plot(bins.confidence[filled], bins.accuracy[filled], color=colour, linewidth=1.2, alpha=0.5)
    axes.scatter(
        bins.confidence[filled], bins.accuracy[filled], sizes, color=colour, label=f"{name}: ECE {bins.ece:.3f}"
    )
