"""How fast each format of a run folder is here, each measured in a process of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ...backends.hardware.acceleration import LIBRARY_DECIDES, Acceleration
from ...backends.hardware.trial import cause_of_death
from ...errors import CheckFailedError, EdgewrightError, MissingDependencyError
from ...preprocessing.source import IMAGE_SUFFIXES
from ...run.run_folder import RunFolder
from ...run.splits import locate, read_splits, rows_of
from ...strict_json import read_object, write_object
from .figures import LatencyFigures
from .order import Order
from .slower_int8 import slower_than_float
from .timing import Sampling

IMAGES = 8
"""How many test images take turns: enough that their sizes vary, few enough to stay in memory."""


@dataclass(frozen=True)
class FormatLatency:
    """One format's figures as `worker` gives them, or why there are none (then `figures` is None)."""

    format: str
    figures: LatencyFigures | None
    error: EdgewrightError | None = None


def images_to_time(run: RunFolder, asked: Sequence[Path]) -> tuple[Path, ...]:
    """The images asked for (of a folder, a few), or else some of the held-back ones, spread over the classes.

    Raises:
        EdgewrightError: one is not there, or the run has no test image.
    """
    if asked:
        return images_at(asked)
    try:
        rows = rows_of(read_splits(run.splits), "test")
        step = max(1, len(rows) // IMAGES)
        found = tuple(locate(row.path, run.path) for row in rows[::step][:IMAGES])
    except EdgewrightError as error:
        raise EdgewrightError(f"The run's own test images are not at hand ({error}); {_NAME_SOME}") from error
    if not found:
        raise EdgewrightError(f"{run.splits} has no test image; {_NAME_SOME}")
    return found


def images_at(asked: Sequence[Path]) -> tuple[Path, ...]:
    """These images; of a folder, a few.

    Raises:
        EdgewrightError: none are named, or one is not there.
    """
    if not asked:
        raise EdgewrightError(f"A model file brings no images of its own; {_NAME_SOME}")
    return tuple(image for place in asked for image in _images_at(place))


_NAME_SOME = "name any photographs to time with: --image FILE or --image FOLDER"


def _images_at(place: Path) -> list[Path]:
    """The image itself, or the first images of a folder."""
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise EdgewrightError(f"No image at {place}")
    found = sorted(file for file in place.rglob("*") if file.is_file() and file.suffix.lower() in IMAGE_SUFFIXES)
    if not found:
        raise EdgewrightError(f"{place} holds no image")
    return found[:: max(1, len(found) // IMAGES)][:IMAGES]


def bench_run(
    run: RunFolder,
    formats: Iterable[str],
    *,
    images: Sequence[Path],
    sampling: Sampling,
    threads: int | None,
    acceleration: Acceleration = LIBRARY_DECIDES,
) -> tuple[FormatLatency, ...]:
    """Each format's figures; written to the run's latency.json after each, so that an interrupted bench keeps them."""
    outcomes = []
    for name in formats:
        outcome = bench_file(
            run.path, name=name, images=images, sampling=sampling, threads=threads, acceleration=acceleration
        )
        outcomes.append(outcome)
        _write(run, outcome)
    return _compared(run, outcomes)


def _compared(run: RunFolder, outcomes: Sequence[FormatLatency]) -> tuple[FormatLatency, ...]:
    """The same with a warning where INT8 is slower than float: told and kept, once all are measured."""
    figures = {each.format: each.figures for each in outcomes if each.figures is not None}
    medians = {name: each.inference.summary.p50_ms for name, each in figures.items()}
    slower = slower_than_float(medians, earlier=_earlier_medians(run, figures))
    told = []
    for outcome in outcomes:
        sentence = slower.get(outcome.format)
        if outcome.figures is not None and sentence is not None:
            warnings = (*outcome.figures.warnings, sentence)
            outcome = replace(outcome, figures=replace(outcome.figures, warnings=warnings))  # noqa: PLW2901
            _write(run, outcome)
        told.append(outcome)
    return tuple(told)


def _earlier_medians(run: RunFolder, now: Mapping[str, LatencyFigures]) -> dict[str, float]:
    """By format, p50 of those in latency.json that were measured before, under the same conditions as these."""
    here = {(each.machine, each.threads, each.acceleration) for each in now.values()}
    found = {}
    for name, value in (read_object(run.latency) if run.latency.is_file() else {}).items():
        with contextlib.suppress(KeyError, TypeError):  # a row of an older release, or somebody else's
            row = LatencyFigures.from_dict(value)
            if (row.machine, row.threads, row.acceleration) in here:
                found[name] = row.inference.summary.p50_ms
    return found


def bench_file(
    model: Path,
    *,
    name: str | None = None,
    images: Sequence[Path],
    sampling: Sampling,
    threads: int | None,
    labels: Path | None = None,
    preprocessing: Path | None = None,
    acceleration: Acceleration = LIBRARY_DECIDES,
) -> FormatLatency:
    """The figures of one model file, measured in a process of its own; they are written nowhere.

    Args:
        model: a file, SavedModel folder or run folder.
        name: which format of a run folder; None of a model that is one file or SavedModel.
        images: that take turns.
        sampling: how long to measure.
        threads: that inference is allowed; None for the library's choice.
        labels: labels.txt, in place of the one beside it.
        preprocessing: preprocessing.json, likewise.
        acceleration: what runs it in place of what the library would choose.
    """
    called = model.name if name is None else name
    with tempfile.TemporaryDirectory(prefix="edgewright-") as folder:
        figures = Path(folder) / "figures.json"
        order = Order(
            model=str(model),
            format=name,
            labels=None if labels is None else str(labels),
            preprocessing=None if preprocessing is None else str(preprocessing),
            images=tuple(str(image) for image in images),
            sampling=sampling,
            threads=threads,
            figures=str(figures),
            acceleration=acceleration,
        )
        done = subprocess.run(
            [sys.executable, "-m", "edgewright_runtime.evaluation.speed.worker", json.dumps(order.to_dict())],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return FormatLatency(called, LatencyFigures.from_dict(json.loads(figures.read_text())))
    return FormatLatency(called, None, error=_error(done))


_ERROR_CLASSES = {row.exit_status: row for row in (CheckFailedError, EdgewrightError, MissingDependencyError)}


def _error(done: subprocess.CompletedProcess[str]) -> EdgewrightError:
    lines = done.stderr.strip().splitlines()
    if done.returncode in _ERROR_CLASSES and lines and lines[-1].startswith("Error: "):
        return _ERROR_CLASSES[done.returncode](lines[-1].removeprefix("Error: "))
    last = lines[-1] if lines else "it said nothing"
    if done.returncode < 0:
        return EdgewrightError(f"the measuring process was ended {cause_of_death(done.returncode)}: {last}")
    return EdgewrightError(f"the measuring process ended with status {done.returncode}: {last}")


def _write(run: RunFolder, outcome: FormatLatency) -> None:
    if outcome.figures is None:
        return
    rows = read_object(run.latency) if run.latency.is_file() else {}
    present = {row.name for row in run.present()}
    kept = {name: row for name, row in rows.items() if name in present}
    write_object(run.latency, {**kept, outcome.format: outcome.figures.to_dict()})
