"""A whole training: from a data set to a run folder."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewright_runtime.console import Reporter, Silent
from edgewright_runtime.dataset.groups import groups_of
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import Capture, quietened
from edgewright_runtime.optional_imports import check_installed, import_optional
from edgewright_runtime.run.run_folder import RunFolder

from .cluster import VARIABLE, check_alone, cluster_from_environment
from .data import Prepared, fixed_labels, prepare
from .data.folds import Fold, rows_of_fold
from .fitting.distributed.meeting import Meeting, meeting
from .fitting.supervising.checkpoint import Checkpoint, CheckpointFolder
from .fitting.supervising.interruption import TrainingInterrupted, interruptible
from .network import IMAGENET, NONE, StartingWeights, backbone_named, starting_weights
from .options import TrainOptions
from .provenance import (
    Provenance,
    UsedTeacher,
    UsedWeights,
    check_finished,
    check_free,
    check_same,
    data_digest,
    made_from_in,
)
from .recipes import Recipe, check_epochs
from .recipes.together import why_alone
from .results import check_writable
from .teacher import TeacherFile, outputs_of, teacher_file

if TYPE_CHECKING:
    from .results import Trained

_PURPOSE = "edgewright train"


def train(
    data: str | Path, out: str | Path, options: TrainOptions, *, overwrite: bool = False, resume: bool = False
) -> Trained:
    """The trained classifier, which lies in the run folder `out`: what `edgewright train` does, without printing.

    Args:
        data: a folder of classes or a CSV file.
        out: the run folder.
        options: as on the command line; all but the recipe have defaults.
        overwrite: whether a model that `out` holds already is replaced.
        resume: whether to go on with the training that was interrupted in `out`, after its last whole epoch.

    Raises:
        EdgewrightError: the recipe, the data, the weights or the run folder are not as they must be, or there is no
            training of the same to go on with.
        MissingDependencyError: a library of the extra `train` is not installed.
        TrainingInterrupted: a KeyboardInterrupt that says what is kept.
    """
    return train_run(Path(data), Path(out), options, overwrite=overwrite, resume=resume)


def train_run(
    data: Path,
    out: Path,
    options: TrainOptions,
    *,
    overwrite: bool = False,
    resume: bool = False,
    reporter: Reporter | None = None,
    capture: Capture = quietened,
    fold: Fold | None = None,
) -> Trained:
    """The trained classifier, which lies in the run folder `out` when this returns.

    Args:
        data: a folder of classes or a CSV file (see edgewright_runtime.dataset).
        out: the run folder.
        options: how to train.
        overwrite: whether `out` may hold a model already. It is replaced when this training has ended well, what other
            stages made from it goes away, and until then all of it is left alone.
        resume: whether to go on with the training that was interrupted in `out`, after its last whole epoch.
        reporter: what is told about progress.
        capture: what TensorFlow is imported in; the command line, whose process is its own, gives `captured`.
        fold: which part of the images outside the test split is the validation split; None for the recipe's.

    Raises:
        EdgewrightError: the recipe, the data, the weights or the run folder are not as they must be, or the run folder
            holds a model and is not to be overwritten.
        MissingDependencyError: a library of the extra `train` is not installed.
        TrainingInterrupted: a KeyboardInterrupt that says what is kept.
    """
    reporter = reporter or Silent()
    try:
        with interruptible(), meeting(cluster_from_environment(), reporter) as met:
            return _train_run(data, out, options, overwrite, resume, reporter, capture, fold, met)
    except TrainingInterrupted as end:
        raise TrainingInterrupted(_what_is_kept(out), exit_status=end.exit_status) from None


def train_unless_done(
    data: Path,
    out: Path,
    options: TrainOptions,
    *,
    overwrite: bool,
    resume: bool,
    reporter: Reporter,
    capture: Capture,
    fold: Fold | None = None,
) -> None:
    """One of several trainings: as `train_run`, but `resume` leaves a finished one, and starts one that is not begun.

    Raises:
        EdgewrightError, TrainingInterrupted: as `train_run`; or a finished one was made from something else.
    """
    check_alone()
    unfinished = CheckpointFolder(out).exists()
    if resume and not unfinished and RunFolder(out).model.is_file():
        _check_finished(data, out, options, fold, reporter)
        return
    train_run(
        data,
        out,
        options,
        overwrite=overwrite,
        resume=resume and unfinished,
        reporter=reporter,
        capture=capture,
        fold=fold,
    )


def _train_run(
    data: Path,
    out: Path,
    options: TrainOptions,
    overwrite: bool,
    resume: bool,
    reporter: Reporter,
    capture: Capture,
    fold: Fold | None,
    met: Meeting | None,
) -> Trained:
    chief = met is None or met.cluster.is_chief
    unfinished = _unfinished(out, resume, reporter) if chief else None
    recipe = _checked_recipe(out if chief else None, options, overwrite=overwrite or unfinished is not None)
    if met is not None and (why := why_alone(recipe)):
        raise EdgewrightError(f"{why} in the recipe is for one device; change it, or unset {VARIABLE}")
    source = _weights_source(recipe, options)
    # TensorFlow takes seconds to import, and the download needs it: what can fail without it comes first.
    start = None if source == IMAGENET else _starting_weights(recipe, source)
    teacher = None if options.teacher is None else teacher_file(str(options.teacher))
    labels = fixed_labels(options.labels_file, out)
    prepared = prepare(data, recipe=recipe, labels=labels, seed=options.seed, reporter=reporter)
    if fold is not None:
        groups = groups_of(prepared.dataset.images)
        prepared = replace(prepared, rows=rows_of_fold(prepared.rows, fold, seed=options.seed, groups=groups))
    if teacher is not None:
        outputs_of(teacher, prepared.dataset.labels)
    if start is None:
        _training(capture)
        start = _starting_weights(recipe, source)
    made_from = _provenance(data, prepared, recipe, start, options, fold, teacher)
    checked = made_from.checked(prepared.dataset.labels)
    if unfinished is not None:
        check_same(checked, unfinished.made_from, out=out)
        reporter.line(f"Going on after {unfinished.described()}.")
    if met is not None:
        met.agree(checked)
        met.close()
    trained: Trained = _training(capture).train_prepared(
        prepared,
        recipe=recipe,
        start=start,
        made_from=made_from,
        out=out,
        reporter=reporter,
        unfinished=unfinished,
        teacher=teacher,
        cluster=None if met is None else met.cluster,
    )
    return trained


def _check_finished(data: Path, out: Path, options: TrainOptions, fold: Fold | None, reporter: Reporter) -> None:
    """Refuses a finished training of other images, with another recipe, or the like."""
    then = made_from_in(out)
    labels = fixed_labels(options.labels_file, out)
    recipe = options.changes.applied_to(options.unchanged_recipe())
    source = _weights_source(recipe, options)
    weights = then.weights
    if source != IMAGENET or weights.source != IMAGENET:  # which Keras publishes; to fetch them would say no more
        start = _starting_weights(recipe, source)
        weights = UsedWeights(start.source, start.alpha, start.sha256)
    now = replace(
        then,
        data_sha256=data_digest(data, out, reporter),
        recipe=asdict(recipe),
        weights=weights,
        seed=options.seed,
        deterministic=options.deterministic,
        fold=None if fold is None else asdict(fold),
        teacher=None if options.teacher is None else _used(teacher_file(str(options.teacher))),
    )
    check_finished(now.checked(() if labels is None else labels.names), then, out=out)


def _unfinished(out: Path, resume: bool, reporter: Reporter) -> Checkpoint | None:
    """The training that is to be gone on with; one that is not is told to be in danger."""
    folder = CheckpointFolder(out)
    if resume:
        return folder.load()
    if folder.exists():
        reporter.line(
            f"Note: {out} holds an interrupted training, which this one replaces; --resume would go on with it."
        )
    return None


def _what_is_kept(out: Path) -> str:
    """What there is after an interruption."""
    cluster = cluster_from_environment()
    if cluster is not None and not cluster.is_chief:
        return f"Interrupted; {cluster.addresses[0]}, the chief, keeps what there is of the training."
    folder = CheckpointFolder(out)
    if not folder.exists():
        return "Interrupted before the first epoch had ended; nothing is kept."
    best = f", and the best weights so far are {folder.best}" if folder.best.exists() else ""
    return f"Interrupted; the training is kept up to {folder.load().described()}{best}."


def _checked_recipe(out: Path | None, options: TrainOptions, *, overwrite: bool) -> Recipe:
    """The recipe with the changes in it, once all is checked that needs neither the data nor TensorFlow.

    `out` is None in a process that writes nothing there.
    """
    unchanged = options.unchanged_recipe()
    if out is not None and not overwrite:
        check_free(out)
    recipe = options.changes.applied_to(unchanged)
    check_installed("tensorflow", package="tensorflow", extra="train", purpose=_PURPOSE)
    if _weights_source(recipe, options) == IMAGENET:
        backbone_named(recipe.backbone).check_published()
    if out is not None:
        check_writable(out)
    check_epochs(recipe, from_scratch=_weights_source(recipe, options) == NONE)
    return recipe


def _weights_source(recipe: Recipe, options: TrainOptions) -> str:
    return options.weights or recipe.weights


def _starting_weights(recipe: Recipe, source: str) -> StartingWeights:
    backbone = backbone_named(recipe.backbone)
    return starting_weights(source, backbone=backbone, alpha=recipe.alpha, size=recipe.input_size)


def _used(teacher: TeacherFile) -> UsedTeacher:
    return UsedTeacher(teacher.source, teacher.sha256)


def _provenance(
    data: Path,
    prepared: Prepared,
    recipe: Recipe,
    start: StartingWeights,
    options: TrainOptions,
    fold: Fold | None,
    teacher: TeacherFile | None,
) -> Provenance:
    return Provenance(
        data=str(data),
        data_sha256=prepared.sha256,
        images=len(prepared.rows),
        recipe=asdict(recipe),
        recipe_name=options.recipe_name,
        recipe_changes=options.changes,
        weights=UsedWeights(start.source, start.alpha, start.sha256),
        seed=options.seed,
        deterministic=options.deterministic,
        fold=None if fold is None else asdict(fold),
        teacher=None if teacher is None else _used(teacher),
    )


def _training(capture: Capture) -> Any:
    """The module that needs TensorFlow, imported."""
    with capture():
        import_optional("tensorflow", package="tensorflow", extra="train", purpose=_PURPOSE)
        return import_optional("edgewright_train.training", package="keras", extra="train", purpose=_PURPOSE)
