"""Cross-validation: several trainings, each with another fold as its validation split."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from edgewright_runtime.atomic import write_text
from edgewright_runtime.console import Reporter, Silent
from edgewright_runtime.library_noise import Capture, quietened
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.strict_json import read_object

from .csv_text import csv_text
from .data.folds import Fold
from .options import TrainOptions
from .pipeline import train_unless_done

# Student's t at 97.5 % for 1 to 9 degrees of freedom, and the normal quantile for more.
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
_NORMAL = 1.96


@dataclass(frozen=True)
class FoldScores:
    """One row of folds.csv.

    Attributes:
        fold: from 1 on.
        run: its run folder.
        train: images trained on.
        val: images of the fold.
        val_accuracy: of the fold, which also chose the epoch.
        test_accuracy: of the test split, which is the same for all folds.
    """

    fold: int
    run: str
    train: int
    val: int
    val_accuracy: float
    test_accuracy: float


@dataclass(frozen=True)
class Summary:
    """Mean and standard deviation over folds, and the mean's 95 % interval by Student's t."""

    mean: float
    deviation: float
    low: float
    high: float


def train_folds(
    data: Path,
    out: Path,
    options: TrainOptions,
    *,
    folds: int,
    overwrite: bool = False,
    resume: bool = False,
    reporter: Reporter | None = None,
    capture: Capture = quietened,
) -> tuple[FoldScores, ...]:
    """The scores of all folds, whose run folders are `out`/fold-1 and so on; `out`/folds.csv has them too.

    Args:
        data: a folder of classes or a CSV file.
        out: the folder of the run folders.
        options: how each is trained.
        folds: how many, from 2 on.
        overwrite: whether run folders may hold a model already.
        resume: whether to leave finished folds as they are, go on with an interrupted one, and train the rest. All must
            be made from the same.
        reporter: what is told about progress.
        capture: what TensorFlow is imported in.

    Raises:
        EdgewrightError: as `pipeline.train_run`, or a class has fewer images than there are folds.
        TrainingInterrupted: Ctrl-C was pressed; finished folds are kept.
    """
    reporter, found = reporter or Silent(), []
    for number in range(1, folds + 1):
        run, fold = out / f"fold-{number}", Fold(number, folds)
        reporter.line(f"Fold {number} of {folds}: {run}")
        train_unless_done(
            data, run, options, overwrite=overwrite, resume=resume, reporter=reporter, capture=capture, fold=fold
        )
        found.append(_scores(run, fold))
        write_text(out / "folds.csv", csv_text(FoldScores, found))
    return tuple(found)


def summary(values: Sequence[float]) -> Summary:
    """Of the same figure of each fold."""
    centre, deviation = mean(values), stdev(values)
    freedom = len(values) - 1
    half = (_T[freedom - 1] if freedom <= len(_T) else _NORMAL) * deviation / math.sqrt(len(values))
    return Summary(centre, deviation, max(0.0, centre - half), min(1.0, centre + half))


def _scores(run: Path, fold: Fold) -> FoldScores:
    metrics = read_object(RunFolder(run).metrics)
    return FoldScores(
        fold=fold.number,
        run=str(run),
        train=metrics["images"]["train"],
        val=metrics["images"]["val"],
        val_accuracy=metrics["val"]["accuracy"],
        test_accuracy=metrics["test"]["accuracy"],
    )
