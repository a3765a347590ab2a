"""The part of a training that needs TensorFlow: from labelled, split images to a run folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import keras

from edgewright_runtime.console import Reporter

from .data import Prepared
from .data.pixels import decoded
from .fitting.phases import fit
from .fitting.precision import computing, copy_weights
from .network import StartingWeights, backbone_named
from .network.network import Network, build_network
from .provenance import Provenance
from .recipes import Recipe
from .results import Trained
from .results.evaluation import Told, evaluated
from .results.publish import publish


def train_prepared(
    prepared: Prepared,
    *,
    recipe: Recipe,
    start: StartingWeights,
    made_from: Provenance,
    out: Path,
    reporter: Reporter,
) -> Trained:
    """The trained classifier, which lies in the run folder `out` when this returns.

    Args:
        prepared: the images, and which is in which split.
        recipe: everything that the training is made of but the data.
        start: what the backbone starts from.
        made_from: what the manifest and metrics.json say of how it was trained, the seed among it.
        out: the run folder.
        reporter: what is told about progress.

    Raises:
        EdgewrightError: an image has changed since it was read, the weights do not load, or `out` cannot be written.
    """
    trained = _trained(prepared, recipe=recipe, start=start, made_from=made_from, out=out, reporter=reporter)
    reporter.line(f"Writing {out}.")
    removed = publish(trained, out)
    if removed:
        reporter.line(f"Removed {', '.join(removed)} of {out}: made from the model that was there before.")
    return trained


def _trained(
    prepared: Prepared,
    *,
    recipe: Recipe,
    start: StartingWeights,
    made_from: Provenance,
    out: Path,
    reporter: Reporter,
) -> Trained:
    began, seed = time.perf_counter(), made_from.seed
    labels, contract = prepared.dataset.labels, recipe.preprocessing()
    with decoded(prepared.rows, labels=labels, contract=contract, out=out) as pixels:
        seconds = {"decoding": time.perf_counter() - began}
        with computing(mixed=recipe.optimizer.mixed_precision):
            network = _seeded_network(recipe, start, classes=len(labels), seed=seed)
        from_scratch = start.path is None
        fitted = fit(network, pixels, recipe=recipe, from_scratch=from_scratch, seed=seed, reporter=reporter)
        reporter.finish()
        network = _in_float32(network, recipe, start)
        told = Told(out, made_from, prepared.rows, labels, tuple(fitted.epochs))
        evaluation = evaluated(network, pixels, told, batch_size=recipe.batch_size, reporter=reporter)
    return Trained(
        model=_without_optimizer(network.model),
        contract=contract,
        labels=labels,
        rows=prepared.rows,
        epochs=tuple(fitted.epochs),
        scores=evaluation.scores,
        options=made_from.options(),
        rejected=prepared.dataset.rejected,
        seconds={**seconds, **fitted.seconds, "all": time.perf_counter() - began},
        temperature=evaluation.temperature,
        files=evaluation.files,
    )


def _seeded_network(recipe: Recipe, start: StartingWeights, *, classes: int, seed: int) -> Network:
    """The network with random values that follow from the seed wherever the weights leave it any."""
    keras.utils.set_random_seed(seed)
    backbone, contract = backbone_named(recipe.backbone), recipe.preprocessing()
    return build_network(
        backbone, start, contract=contract, classes=classes, head=recipe.head, activation=recipe.activation
    )


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
