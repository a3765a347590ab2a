"""A comparison from beginning to end: each backbone trained, converted, timed; then the table, the plot, the choice."""

from __future__ import annotations

from pathlib import Path

from edgewright_runtime.atomic import write_text
from edgewright_runtime.console import Reporter, Silent
from edgewright_runtime.library_noise import Capture, quietened

from ..csv_text import csv_text
from ..options import TrainOptions
from .entrants import entrants_of
from .rows import measured
from .tables import write_plot
from .verdict import Row


def compare_backbones(
    data: Path,
    out: Path,
    options: TrainOptions,
    names: str,
    *,
    overwrite: bool = False,
    resume: bool = False,
    reporter: Reporter | None = None,
    capture: Capture = quietened,
) -> tuple[Row, ...]:
    """One row for each backbone, which `comparison.csv` and `comparison.png` in `out` hold too.

    Args:
        data: a folder of classes or a CSV file; all are trained on the same split of it, for the seed is the same.
        out: a folder; each backbone gets a run folder in it.
        options: of each training; its weights are `imagenet`, `none`, or a folder with a file for each backbone.
        names: of the backbones, see `entrants.entrants_of`.
        overwrite: whether run folders may hold a model already.
        resume: whether to leave finished trainings as they are, go on with an interrupted one, and train the rest.
        reporter: what is told about progress.
        capture: what TensorFlow is imported in.

    Raises:
        EdgewrightError: as `entrants_of` and `pipeline.train_run`, or `out` cannot be written.
        TrainingInterrupted: Ctrl-C was pressed; finished trainings are kept.
    """
    rows: list[Row] = []
    for row in measured(
        entrants_of(names, options),
        data,
        out,
        overwrite=overwrite,
        resume=resume,
        reporter=reporter or Silent(),
        capture=capture,
    ):
        rows.append(row)
        # After each, so that what is done is there if the next one fails.
        write_text(out / "comparison.csv", csv_text(Row, rows))
    write_plot(rows, out / "comparison.png")
    return tuple(rows)
