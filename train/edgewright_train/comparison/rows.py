"""Entrants one after the other: trained, converted, evaluated, timed; a row for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from edgewright_runtime.console import Reporter
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.evaluation.statistics import wilson_interval
from edgewright_runtime.library_noise import Capture
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.strict_json import read_object

from ..pipeline import train_unless_done
from .entrants import Entrant
from .measuring import Cost, cost_of
from .verdict import Row

CONFIDENCE = 0.95


def measured(
    entrants: Sequence[Entrant],
    data: Path,
    out: Path,
    *,
    overwrite: bool,
    resume: bool,
    reporter: Reporter,
    capture: Capture,
) -> Iterator[Row]:
    """The row of each entrant, as soon as it is trained and measured; its run folder is in `out`.

    Args:
        entrants: what is trained, in this order.
        data: a folder of classes or a CSV file; all are trained on the same split of it, for the seed is the same.
        out: a folder.
        overwrite: whether run folders may hold a model already.
        resume: whether to leave finished trainings as they are, go on with an interrupted one, and train the rest.
        reporter: what is told about progress.
        capture: what TensorFlow is imported in.

    Raises:
        EdgewrightError: as `pipeline.train_run`, or a finished run is of another training than its entrant.
        TrainingInterrupted: Ctrl-C was pressed; finished trainings are kept.
    """
    for number, entrant in enumerate(entrants, 1):
        run = out / entrant.folder
        reporter.line(f"{entrant.name}, {number} of {len(entrants)}: {run}")
        train_unless_done(
            data, run, entrant.options, overwrite=overwrite, resume=resume, reporter=reporter, capture=capture
        )
        reporter.line(f"{entrant.name}: converting to INT8, evaluating, timing")
        yield _row(entrant, run, capture)


def _row(entrant: Entrant, run: Path, capture: Capture) -> Row:
    metrics = read_object(RunFolder(run).metrics)
    test = metrics["test"]
    low, high = wilson_interval(test["accuracy"] * test["n"], test["n"], confidence=CONFIDENCE)
    with capture():
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
        seconds=round(metrics["training"]["seconds"]["all"], 1),
        note=note,
        **costs,
    )


def _size_of(run: Path) -> tuple[int, int]:
    """Parameters and multiply-adds of the run's float model."""
    import keras

    from ..network.cost import multiply_adds, parameters

    model = keras.models.load_model(RunFolder(run).model, compile=False)
    return parameters(model), multiply_adds(model)


def _costs(run: Path) -> tuple[dict[str, Any], str]:
    """What the row has of the INT8 file, and why it has not."""
    try:
        return asdict(cost_of(run)), ""
    except EdgewrightError as error:
        return dict.fromkeys(field.name for field in fields(Cost)), str(error)
