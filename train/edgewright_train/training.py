"""The part of a training that needs TensorFlow: from labelled, split images to a run folder."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import keras

from edgewright_runtime.atomic import atomic_path
from edgewright_runtime.console import Reporter
from edgewright_runtime.errors import EdgewrightError

from .cluster import Cluster
from .data import Prepared
from .data.data_warnings import TOLD_BEFORE
from .data.pixels import decoded
from .diagnosis import verdict_lines
from .diagnosis.failed import leave_diagnosis
from .diagnosis.verdict import head_weights
from .fitting.distributed.distribution import distribution
from .fitting.phases import fit
from .fitting.precision import computing, copy_weights
from .fitting.supervising.checkpoint import Checkpoint, CheckpointFolder
from .fitting.supervising.interruption import shielded
from .fitting.supervising.supervision import Supervision
from .fitting.teaching import taught_by
from .network import StartingWeights, backbone_named
from .network.network import Network, build_network
from .network.sparsity import sparsity_of
from .provenance import Provenance
from .recipes import Recipe
from .results import Trained
from .results.evaluation import Told, evaluated
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
    folder = CheckpointFolder(out)
    if unfinished is not None:
        remove_leftovers(out)
    checked = made_from.checked(prepared.dataset.labels)
    prepare_session(deterministic=made_from.deterministic)
    together = distribution(cluster, recipe, reporter)
    if together is not None:
        unfinished = together.unfinished(folder.content() if unfinished is not None else b"")
    chief = together is None or together.is_chief
    supervision = Supervision(
        reporter, folder=folder if chief else None, made_from=checked, unfinished=unfinished, together=together
    )
    try:
        with memory_explained(recipe):
            trained = _trained(
                prepared,
                recipe=recipe,
                start=start,
                made_from=made_from,
                out=out,
                supervision=supervision,
                teacher_file=teacher,
            )
    except EdgewrightError as error:
        if chief:
            leave_diagnosis(error, out)
        raise
    if chief:
        _publish(trained, out, folder, reporter)
    if together is not None:
        together.wait_for_all()
    if not chief and cluster is not None:
        reporter.line(f"{cluster.described()} has ended well; the chief, {cluster.addresses[0]}, has written.")
    return trained


def _publish(trained: Trained, out: Path, folder: CheckpointFolder, reporter: Reporter) -> None:
    reporter.line(f"Writing {out}.")
    with shielded():
        removed = publish(trained, out, logs=folder.logs)
        folder.remove()
    if removed:
        reporter.line(f"Removed {', '.join(removed)} of {out}: made from the model that was there before.")
    for said in verdict_lines(trained.diagnosis.without(TOLD_BEFORE)):
        reporter.line(said)


def _trained(
    prepared: Prepared,
    *,
    recipe: Recipe,
    start: StartingWeights,
    made_from: Provenance,
    out: Path,
    supervision: Supervision,
    teacher_file: TeacherFile | None,
) -> Trained:
    seed, watch = made_from.seed, supervision.watch
    labels, contract = prepared.dataset.labels, recipe.preprocessing()
    with contextlib.ExitStack() as stack:
        with watch.part("decoding"):
            pixels = stack.enter_context(decoded(prepared.rows, labels=labels, contract=contract, out=out))
            teacher = stack.enter_context(
                taught_by(
                    teacher_file,
                    pixels,
                    rows=prepared.rows,
                    labels=labels,
                    contract=contract,
                    out=out,
                    reporter=supervision.reporter,
                )
            )
        with computing(mixed=recipe.optimizer.mixed_precision):
            network = _seeded_network(recipe, start, classes=len(labels), seed=seed)
        from_scratch, head_before = start.path is None, head_weights(network)
        try:
            fitted = fit(
                network,
                pixels,
                recipe=recipe,
                from_scratch=from_scratch,
                seed=seed,
                supervision=supervision,
                teacher=teacher,
            )
        except KeyboardInterrupt:
            _keep_best(_in_float32(network, recipe, start), CheckpointFolder(out))
            raise
        finally:
            supervision.end()
            supervision.reporter.finish()
        network = _in_float32(network, recipe, start)
        told = Told(out, made_from, prepared.rows, labels, tuple(fitted.epochs), prepared.dataset, recipe, head_before)
        evaluation = evaluated(network, pixels, told, batch_size=recipe.batch_size, reporter=supervision.reporter)
    return Trained(
        model=_without_optimizer(network.model),
        contract=contract,
        labels=labels,
        rows=prepared.rows,
        epochs=tuple(fitted.epochs),
        scores=evaluation.scores,
        options=made_from.options(),
        rejected=prepared.dataset.rejected,
        seconds={"doctor": evaluation.diagnosis_s, **watch.seconds()},
        temperature=evaluation.temperature,
        files=evaluation.files,
        sparsity=sparsity_of(network.model) if recipe.pruning.sparsity else None,
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
