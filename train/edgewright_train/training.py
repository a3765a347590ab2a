"""The part of a training that needs TensorFlow: from labelled, split images to a run folder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from edgewright_runtime.console import Reporter

from .data import Prepared
from .data.batches import plain_batches
from .data.pixels import Pixels, decoded
from .fitting.phases import fit
from .network import StartingWeights, backbone_named
from .network.network import Network, build_network
from .recipes import Recipe
from .results import Scores, Trained, score
from .results.publish import publish


def train_prepared(
    prepared: Prepared,
    *,
    recipe: Recipe,
    start: StartingWeights,
    options: dict[str, Any],
    out: Path,
    reporter: Reporter,
) -> Trained:
    """The trained classifier, which lies in the run folder `out` when this returns.

    Args:
        prepared: the images, and which is in which split.
        recipe: everything that the training is made of but the data.
        start: what the backbone starts from.
        options: what the manifest and metrics.json say of how it was trained; `seed` among them.
        out: the run folder.
        reporter: what is told about progress.

    Raises:
        EdgewrightError: an image has changed since it was read, the weights do not load, or `out` cannot be written.
    """
    trained = _trained(prepared, recipe=recipe, start=start, options=options, out=out, reporter=reporter)
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
    options: dict[str, Any],
    out: Path,
    reporter: Reporter,
) -> Trained:
    seed, labels, started = options["seed"], prepared.dataset.labels, time.perf_counter()
    contract, backbone = recipe.preprocessing(), backbone_named(recipe.backbone)
    with decoded(prepared.rows, labels=labels, contract=contract, out=out) as pixels:
        seconds = {"decoding": time.perf_counter() - started}
        keras.utils.set_random_seed(seed)
        network = build_network(backbone, start, contract=contract, classes=len(labels), dropout=recipe.dropout)
        from_scratch = start.path is None
        fitted = fit(network, pixels, recipe=recipe, from_scratch=from_scratch, seed=seed, reporter=reporter)
        reporter.finish()
        scores = {split: _score(network, pixels, split, labels=labels, recipe=recipe) for split in ("val", "test")}
    return Trained(
        # A model of its own over the same layers: without the optimizer, whose state is twice the weights.
        model=keras.Model(network.model.input, network.model.output, name="classifier"),
        contract=contract,
        labels=labels,
        rows=prepared.rows,
        epochs=tuple(fitted.epochs),
        scores=scores,
        options=options,
        rejected=prepared.dataset.rejected,
        seconds={**seconds, **fitted.seconds, "all": time.perf_counter() - started},
    )


def _score(network: Network, pixels: Pixels, split: str, *, labels: Sequence[str], recipe: Recipe) -> Scores:
    batches = plain_batches(pixels, split, batch_size=recipe.batch_size, classes=len(labels))
    return score(network.model.predict(batches, verbose=0), pixels.classes[pixels.places[split]], labels)
