"""A sweep as a table on the terminal, and what follows from it."""

from __future__ import annotations

from edgewright_runtime.console import Column, print_table

from ..comparison import Row
from ..comparison.cells import megabytes, milliseconds, share
from .frontier import Choice, not_beaten
from .sweeping import Swept

_COLUMNS = (
    Column("combination"),
    Column("accuracy", numeric=True),
    Column("INT8 accuracy", numeric=True),
    Column("95 % interval", numeric=True),
    Column("INT8 MB", numeric=True),
    Column("after gzip", numeric=True),
    Column("latency ms", numeric=True),
    Column("training s", numeric=True),
    Column("frontier"),
)


def print_swept(swept: Swept) -> None:
    """The rows, what was left out, and the smallest that is accurate enough, on standard output."""
    frontier = not_beaten(swept.rows)
    print_table("Sweep", _COLUMNS, [_cells(row, row in frontier) for row in swept.rows])
    for row in swept.rows:
        if row.note:
            print(f"{row.name}: {row.note}")
    for sentence in swept.grid.left_out:
        print(sentence)
    if swept.choice is not None:
        print(verdict(swept.choice))


def verdict(choice: Choice) -> str:
    """Which is the smallest within the drop, and how sure that is."""
    chosen, best = choice.chosen, choice.best
    size, latency = megabytes(chosen.int8_bytes), chosen.latency_ms or 0
    figures = f"{chosen.name}, {share(chosen.int8_accuracy)}, {size} MB, {latency:.2f} ms"
    if chosen is best:
        text = f"Smallest within {choice.max_drop:.1%} of the best: the best itself, {figures}."
    else:
        text = (
            f"Smallest within {choice.max_drop:.1%} of the best ({best.name}, {share(best.int8_accuracy)}): {figures}."
        )
    if not choice.uncertain:
        return text
    return (
        f"{text} On {best.images} test images, though, chance alone makes as much of a difference: the best one's 95 % "
        f"interval is {best.low:.1%} to {best.high:.1%}."
    )


def _cells(row: Row, on_frontier: bool) -> tuple[str, ...]:
    return (
        row.name,
        share(row.accuracy),
        share(row.int8_accuracy),
        f"{row.low:.1%} to {row.high:.1%}",
        megabytes(row.int8_bytes),
        megabytes(row.int8_gzip_bytes),
        milliseconds(row.latency_ms),
        f"{row.seconds:.0f}",
        "yes" if on_frontier else "",
    )
