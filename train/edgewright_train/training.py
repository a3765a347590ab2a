"""The part of a training that needs TensorFlow: from labelled, split images to a run folder."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from edgewright_runtime.atomic import atomic_path
from edgewright_runtime.console import Reporter
from edgewright_runtime.errors import EdgewrightError

from .cluster import Cluster
from .data import Prepared
from .data.data_warnings import TOLD_BEFORE
from .data.pixels import Pixels, decoded
from .diagnosis import verdict_lines
from .diagnosis.failed import leave_diagnosis
from .diagnosis.verdict import head_weights
from .fitting import Epoch
from .fitting.distributed.distribution import distribution
from .fitting.phases import fit
from .fitting.precision import computing, copy_weights
from .fitting.supervising.checkpoint import Checkpoint, CheckpointFolder
from .fitting.supervising.interruption import shielded
from .fitting.supervising.supervision import Supervision
from .fitting.teaching import Teacher, taught_by
from .network import StartingWeights, backbone_named
from .network.network import Network, build_network
from .network.sparsity import sparsity_of
from .provenance import Provenance
from .recipes import Recipe
from .results import Trained
from .results.evaluation import Evaluation, Told, evaluated
from .results.publish import publish, remove_leftovers
from .session import memory_explained, prepare_session
from .teacher import TeacherFile


def train_prepared(
    prepared: Prepared,
    *,
    recipe: Recipe,
    start: StartingWeights,
    made_from: Provenance,
    out: Path,
    reporter: Reporter,
    unfinished: Checkpoint | None = None,
    teacher: TeacherFile | None = None,
    cluster: Cluster | None = None,
) -> Trained:
    """The trained classifier, which lies in the run folder `out` when this returns.

    Args:
        prepared: the images, and which is in which split.
        recipe: everything that the training is made of but the data.
        start: what the backbone starts from.
        made_from: what the manifest and metrics.json say of how it was trained, the seed among it.
        out: the run folder.
        reporter: what is told about progress.
        unfinished: a training of the same that was interrupted, to go on with.
        teacher: from whose answers the network learns too.
        cluster: the processes that train together, all of them there; only the chief writes `out`.

    Raises:
        EdgewrightError: an image has changed since it was read, the weights do not load, the training diverged, the
            memory does not suffice, `out` cannot be written, or another process of the cluster is gone.
        TrainingInterrupted: Ctrl-C was pressed; the checkpoint in `out` is that of the last whole epoch.
    """
    work = _Work(prepared, recipe, start, made_from, out, teacher)
    folder = CheckpointFolder(out)
    if unfinished is not None:
        remove_leftovers(out)
    prepare_session(deterministic=made_from.deterministic)
    together = distribution(cluster, recipe, reporter)
    if together is not None:
        unfinished = together.unfinished(folder.content() if unfinished is not None else b"")
    chief = together is None or together.is_chief
    supervision = Supervision(
        reporter,
        folder=folder if chief else None,
        made_from=made_from.checked(prepared.dataset.labels),
        unfinished=unfinished,
        together=together,
    )
    trained = _trained_or_diagnosed(work, supervision, chief=chief)
    if chief:
        _publish(trained, out, folder, reporter)
    if together is not None:
        together.wait_for_all()
    if not chief and cluster is not None:
        reporter.line(f"{cluster.described()} has ended well; the chief, {cluster.addresses[0]}, has written.")
    return trained


@dataclass(frozen=True)
class _Work:
    """What one training is to do; see `train_prepared`."""

    prepared: Prepared
    recipe: Recipe
    start: StartingWeights
    made_from: Provenance
    out: Path
    teacher: TeacherFile | None

    @property
    def labels(self) -> tuple[str, ...]:
        return self.prepared.dataset.labels


def _trained_or_diagnosed(work: _Work, supervision: Supervision, *, chief: bool) -> Trained:
    """The trained classifier; where the training fails, what is wrong with it stays in the run folder."""
    try:
        with memory_explained(work.recipe):
            return _trained(work, supervision)
    except EdgewrightError as error:
        if chief:
            leave_diagnosis(error, work.out)
        raise


def _publish(trained: Trained, out: Path, folder: CheckpointFolder, reporter: Reporter) -> None:
    reporter.line(f"Writing {out}.")
    with shielded():
        removed = publish(trained, out, logs=folder.logs)
        folder.remove()
    if removed:
        reporter.line(f"Removed {', '.join(removed)} of {out}: made from the model that was there before.")
    for said in verdict_lines(trained.diagnosis.without(TOLD_BEFORE)):
        reporter.line(said)


def _trained(work: _Work, supervision: Supervision) -> Trained:
    recipe, seed = work.recipe, work.made_from.seed
    with contextlib.ExitStack() as stack:
        with supervision.watch.part("decoding"):
            pixels, teacher = _decoded(work, stack, supervision.reporter)
        with computing(mixed=recipe.optimizer.mixed_precision):
            network = _seeded_network(recipe, work.start, classes=len(work.labels), seed=seed)
        head_before = head_weights(network)
        epochs = _fitted(network, pixels, teacher, work, supervision)
        network = _in_float32(network, recipe, work.start)
        told = Told(
            work.out,
            work.made_from,
            work.prepared.rows,
            work.labels,
            epochs,
            work.prepared.dataset,
            recipe,
            head_before,
        )
        evaluation = evaluated(network, pixels, told, batch_size=recipe.batch_size, reporter=supervision.reporter)
    return _result(work, network, epochs, evaluation, supervision.watch.seconds())


def _decoded(work: _Work, stack: contextlib.ExitStack, reporter: Reporter) -> tuple[Pixels, Teacher | None]:
    """The images, and the teacher that has answered them, as long as the stack holds them."""
    rows, contract = work.prepared.rows, work.recipe.preprocessing()
    pixels = stack.enter_context(decoded(rows, labels=work.labels, contract=contract, out=work.out))
    teacher = stack.enter_context(
        taught_by(
            work.teacher, pixels, rows=rows, labels=work.labels, contract=contract, out=work.out, reporter=reporter
        )
    )
    return pixels, teacher


def _fitted(
    network: Network, pixels: Pixels, teacher: Teacher | None, work: _Work, supervision: Supervision
) -> tuple[Epoch, ...]:
    """The history, after which the network is trained; Ctrl-C leaves its best weights so far in the run folder."""
    try:
        fitted = fit(
            network,
            pixels,
            recipe=work.recipe,
            from_scratch=work.start.path is None,
            seed=work.made_from.seed,
            supervision=supervision,
            teacher=teacher,
        )
    except KeyboardInterrupt:
        _keep_best(_in_float32(network, work.recipe, work.start), CheckpointFolder(work.out))
        raise
    finally:
        supervision.end()
        supervision.reporter.finish()
    return tuple(fitted.epochs)


def _result(
    work: _Work, network: Network, epochs: tuple[Epoch, ...], evaluation: Evaluation, seconds: Mapping[str, float]
) -> Trained:
    return Trained(
        model=_without_optimizer(network.model),
        contract=work.recipe.preprocessing(),
        labels=work.labels,
        rows=work.prepared.rows,
        epochs=epochs,
        scores=evaluation.scores,
        options=work.made_from.options(),
        rejected=work.prepared.dataset.rejected,
        seconds={"doctor": evaluation.diagnosis_s, **seconds},
        temperature=evaluation.temperature,
        files=evaluation.files,
        sparsity=sparsity_of(network.model) if work.recipe.pruning.sparsity else None,
        diagnosis=evaluation.diagnosis,
    )


def _seeded_network(recipe: Recipe, start: StartingWeights, *, classes: int, seed: int) -> Network:
    """The network with random values that follow from the seed wherever the weights leave it any."""
    keras.utils.set_random_seed(seed)
    backbone, contract = backbone_named(recipe.backbone), recipe.preprocessing()
    return build_network(
        backbone, start, contract=contract, classes=classes, head=recipe.head, activation=recipe.activation
    )


def _keep_best(network: Network, folder: CheckpointFolder) -> None:
    """Writes the best weights so far as a model of their own, where there is an epoch that they come from."""
    if folder.exists():
        with shielded(), atomic_path(folder.best) as temporary:
            _without_optimizer(network.model).save(temporary)


def _in_float32(network: Network, recipe: Recipe, start: StartingWeights) -> Network:
    """The network as it is written, measured and converted: with the same weights, but no layer in half precision."""
    if not recipe.optimizer.mixed_precision:
        return network
    whole = _seeded_network(recipe, start, classes=network.classes, seed=0)
    copy_weights(network.model, whole.model)
    return whole


def _without_optimizer(model: Any) -> Any:
    """A model of its own over the same layers: the optimizer's state is twice the weights."""
    return keras.Model(model.input, model.output, name="classifier")
