"""A comparison as a table on the terminal and as a plot."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from edgewright_runtime import atomic
from edgewright_runtime.console import Column, print_table

from .cells import megabytes, milliseconds, share
from .verdict import Row, worth_shipping

_COLUMNS = (
    Column("backbone"),
    Column("parameters", numeric=True),
    Column("MAdds, million", numeric=True),
    Column("accuracy", numeric=True),
    Column("95 % interval", numeric=True),
    Column("INT8 accuracy", numeric=True),
    Column("INT8 MB", numeric=True),
    Column("latency ms", numeric=True),
    Column("training s", numeric=True),
)


def print_rows(rows: Sequence[Row]) -> None:
    """The rows and which to ship, on standard output."""
    print_table("Comparison", _COLUMNS, [_cells(row) for row in rows])
    for row in rows:
        if row.note:
            print(f"{row.name}: {row.note}")
    chosen, why = worth_shipping(rows)
    print(f"Ship {chosen.name}: {why}.")


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        f"{row.parameters:,}",
        f"{row.multiply_adds / 1e6:.0f}",
        f"{row.accuracy:.1%}",
        f"{row.low:.1%} to {row.high:.1%}",
        share(row.int8_accuracy),
        megabytes(row.int8_bytes),
        milliseconds(row.latency_ms),
        f"{row.seconds:.0f}",
    )


def write_plot(rows: Sequence[Row], path: Path) -> None:
    """Accuracy with its interval over latency, the one to ship marked; no file where nothing was timed."""
    timed = [row for row in rows if row.latency_ms is not None]
    if not timed:
        return
    from matplotlib.figure import Figure

    chosen, _ = worth_shipping(rows)
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for row in timed:
        latency = row.latency_ms or 0.0
        colour = "tab:green" if row is chosen else "tab:blue"
        spread = [[row.accuracy - row.low], [row.high - row.accuracy]]
        axes.errorbar([latency], [row.accuracy], yerr=spread, fmt="o", color=colour, capsize=4)
        axes.annotate(row.name, (latency, row.accuracy), xytext=(7, 5), textcoords="offset points")
    axes.set_xlabel("latency of the INT8 file on this machine, ms, one thread")
    axes.set_ylabel("test accuracy, 95 % interval")
    axes.grid(alpha=0.3)
    # Room for the names, where all take the same too.
    axes.set_xlim(0, 1.3 * max(row.latency_ms or 0.0 for row in timed))
    contents = io.BytesIO()
    figure.savefig(contents, format="png", dpi=150)
    atomic.write_bytes(path, contents.getvalue())
