"""A comparison from beginning to end: each backbone trained, converted, timed; then the table, the plot, the choice."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edgewright_runtime.console import Reporter, Silent
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.evaluation.statistics import wilson_interval
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.strict_json import read_object

from .entrants import Entrant
from .measuring import cost_of
from .tables import write_csv, write_plot
from .verdict import Row

CONFIDENCE = 0.95

Train = Callable[[Entrant, Path], Any]
"""What trains an entrant into a run folder; nothing to do where the folder holds that very run."""


def compare_backbones(
    entrants: Sequence[Entrant], out: Path, train: Train, *, reporter: Reporter | None = None
) -> tuple[Row, ...]:
    """One row for each entrant, which `comparison.csv` and `comparison.png` in `out` hold too.

    A comparison that was broken off goes on where it stopped: runs that are there already are kept.

    Args:
        entrants: what is compared; all on the same split, for the seed is the same.
        out: a folder; each entrant gets a run folder in it.
        train: trains one.
        reporter: what is told about progress.

    Raises:
        EdgewrightError: a training failed, or `out` cannot be written.
    """
    reporter = reporter or Silent()
    rows: list[Row] = []
    for number, entrant in enumerate(entrants, 1):
        reporter.line(f"{entrant.name}, {number} of {len(entrants)}:")
        rows.append(_row(entrant, out / entrant.folder, train, reporter))
        write_csv(rows, out / "comparison.csv")  # after each, so that what is done is there if the next one fails
    write_plot(rows, out / "comparison.png")
    return tuple(rows)


def _row(entrant: Entrant, run: Path, train: Train, reporter: Reporter) -> Row:
    began = time.perf_counter()
    train(entrant, run)
    seconds = time.perf_counter() - began
    reporter.line(f"{entrant.name}: converting to INT8, evaluating, timing")
    metrics = read_object(RunFolder(run).metrics)
    test = metrics["test"]
    low, high = wilson_interval(test["accuracy"] * test["n"], test["n"], confidence=CONFIDENCE)
    parameters, multiply_adds = _size_of(run)
    costs, note = _costs(run)
    return Row(
        name=entrant.name,
        run=str(run),
        parameters=parameters,
        multiply_adds=multiply_adds,
        accuracy=test["accuracy"],
        low=low,
        high=high,
        images=test["n"],
        seconds=round(seconds, 1),
        note=note,
        **costs,
    )


def _size_of(run: Path) -> tuple[int, int]:
    """Parameters and multiply-adds of the run's float model."""
    import keras

    from ..network.cost import multiply_adds

    model = keras.models.load_model(RunFolder(run).float_model, compile=False)
    return int(model.count_params()), multiply_adds(model)


def _costs(run: Path) -> tuple[dict[str, Any], str]:
    """What the row has of the INT8 file, and why it has not."""
    try:
        found = cost_of(run)
    except EdgewrightError as error:
        return {"int8_bytes": None, "int8_accuracy": None, "latency_ms": None}, str(error)
    values = asdict(found)
    return {
        "int8_bytes": values["size_bytes"],
        "int8_accuracy": values["accuracy"],
        "latency_ms": values["latency_ms"],
    }, ""
