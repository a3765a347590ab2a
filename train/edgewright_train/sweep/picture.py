"""The picture of a sweep: accuracy over latency and over size, and the line of what nothing cheaper comes up to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..comparison import Row
from .frontier import Choice, converted

_MOST_NAMES = 12
"""Names in one diagram; more would lie on each other."""


def frontier_plot(rows: Sequence[Row], choice: Choice) -> bytes:
    """A PNG with two diagrams: the accuracy of each INT8 file over its latency, and over its size.

    In each a line joins those that no cheaper one is as accurate as, which are named; the chosen one is green. The
    dashed line is the least accuracy that was asked for.
    """
    from ..results.pictures.figure import new_figure, png_of

    figure = new_figure(11, 4.8)
    left, right = figure.subplots(1, 2, sharey=True)
    _draw(left, rows, choice, lambda row: row.latency_ms or 0.0)
    _draw(right, rows, choice, lambda row: (row.int8_bytes or 0) / 1e6)
    left.set_xlabel("latency of the INT8 file on this machine, ms, one thread")
    right.set_xlabel("size of the INT8 file, MB")
    left.set_ylabel(f"accuracy of the INT8 file on {choice.best.images} test images")
    return png_of(figure)


def _draw(axes: Any, rows: Sequence[Row], choice: Choice, cost: Callable[[Row], float]) -> None:
    from ..results.pictures.figure import BLUE, GREY

    frontier = _frontier(rows, cost)
    rest = [row for row in converted(rows) if row not in frontier]
    axes.scatter([cost(row) for row in rest], [row.int8_accuracy for row in rest], color=GREY, s=24)
    places = [cost(row) for row in frontier], [row.int8_accuracy for row in frontier]
    axes.plot(*places, "o-", color=BLUE, lw=1, drawstyle="steps-post")
    chosen = choice.chosen
    axes.scatter([cost(chosen)], [chosen.int8_accuracy], color="tab:green", s=70, zorder=3)
    axes.axhline((choice.best.int8_accuracy or 0.0) - choice.max_drop, color=GREY, ls="--", lw=1)
    for row in [*frontier[-_MOST_NAMES:], *([] if chosen in frontier else [chosen])]:
        place = (cost(row), row.int8_accuracy)
        axes.annotate(row.name, place, xytext=(6, -11), textcoords="offset points", fontsize=8, parse_math=False)
    axes.grid(alpha=0.3)
    axes.margins(y=0.12)
    # Room for the names; costs that are all but the same leave none by themselves.
    axes.set_xlim(0, 1.35 * max(cost(row) for row in converted(rows)))


def _frontier(rows: Sequence[Row], cost: Callable[[Row], float]) -> list[Row]:
    """Those that are more accurate than all that cost no more, the cheapest first."""
    found: list[Row] = []
    for row in sorted(converted(rows), key=lambda each: (cost(each), -(each.int8_accuracy or 0.0))):
        if not found or (row.int8_accuracy or 0.0) > (found[-1].int8_accuracy or 0.0):
            found.append(row)
    return found
