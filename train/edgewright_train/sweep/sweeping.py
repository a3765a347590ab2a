"""A sweep from beginning to end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from edgewright_runtime.atomic import write_bytes, write_text
from edgewright_runtime.console import Reporter, Silent
from edgewright_runtime.library_noise import Capture, quietened

from ..comparison import Row, measured
from ..csv_text import table_text
from ..options import TrainOptions
from .frontier import Choice, not_beaten, smallest_within
from .grid import Grid, grid_of
from .picture import frontier_plot


@dataclass(frozen=True)
class Swept:
    """What a sweep found.

    Attributes:
        grid: what was trained, and what not.
        rows: one for each of its points.
        choice: the smallest that is accurate enough; None where none could be converted.
    """

    grid: Grid
    rows: tuple[Row, ...]
    choice: Choice | None

    @property
    def chosen(self) -> Row | None:
        """The row of the choice."""
        return None if self.choice is None else self.choice.chosen

    def table(self) -> list[dict[str, Any]]:
        """The rows of sweep.csv."""
        return _table(self.grid, self.rows)

    def as_object(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "rows": self.table(),
            "smallest": None if self.chosen is None else self.chosen.name,
            "best": None if self.choice is None else self.choice.best.name,
            "max_drop": None if self.choice is None else self.choice.max_drop,
            "left_out": list(self.grid.left_out),
        }


def sweep_grid(
    data: Path,
    out: Path,
    options: TrainOptions,
    words: Sequence[str],
    *,
    max_drop: float,
    overwrite: bool = False,
    resume: bool = False,
    reporter: Reporter | None = None,
    capture: Capture = quietened,
) -> Swept:
    """One row for each combination, which `sweep.csv` and `sweep.png` in `out` show too.

    Args:
        data: a folder of classes or a CSV file; all are trained on the same split of it, for the seed is the same.
        out: a folder; each combination gets a run folder in it.
        options: of each training.
        words: what is varied, see `grid.grid_of`.
        max_drop: what the smallest may be less accurate than the best, as a fraction.
        overwrite: whether run folders may hold a model already.
        resume: whether to leave finished trainings as they are, go on with an interrupted one, and train the rest.
        reporter: what is told about progress.
        capture: what TensorFlow is imported in.

    Raises:
        EdgewrightError: as `grid_of` and `pipeline.train_run`, or `out` cannot be written.
        TrainingInterrupted: Ctrl-C was pressed; finished trainings are kept.
    """
    reporter = reporter or Silent()
    grid, rows = grid_of(words, options), []
    for sentence in grid.left_out:
        reporter.line(sentence)
    entrants = [point.entrant for point in grid.points]
    for row in measured(entrants, data, out, overwrite=overwrite, resume=resume, reporter=reporter, capture=capture):
        rows.append(row)
        # After each, so that what is done is there if the next one fails.
        write_text(out / "sweep.csv", table_text(_columns(grid), _table(grid, rows)))
    choice = smallest_within(rows, max_drop)
    if choice is not None:
        write_bytes(out / "sweep.png", frontier_plot(rows, choice))
    return Swept(grid, tuple(rows), choice)


def _columns(grid: Grid) -> list[str]:
    return [*grid.keys, *(field.name for field in fields(Row)), "frontier"]


def _table(grid: Grid, rows: Sequence[Row]) -> list[dict[str, Any]]:
    frontier = not_beaten(rows)
    return [
        {**_plain(point.values), **asdict(row), "frontier": row in frontier}
        for point, row in zip(grid.points, rows, strict=False)  # rows come one by one
    ]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, list) else value for key, value in values.items()}
