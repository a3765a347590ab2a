"""A whole training: from a data set to a run folder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras

from edgewright_runtime.errors import EdgewrightError

from .backbones import backbone_named
from .batches import plain_batches
from .fitting import check_epochs, fit
from .network import Network, build_network
from .pixels import Pixels, decoded
from .preparation import Prepared, fixed_labels, prepare
from .progress import Reporter, Silent
from .publish import check_writable, publish
from .recipe import Recipe
from .scores import Scores, score
from .trained import Trained
from .weights import StartingWeights, starting_weights


def train_run(
    data: Path,
    *,
    recipe: Recipe,
    out: Path,
    weights: str | None = None,
    labels_file: Path | None = None,
    seed: int = 0,
    reporter: Reporter | None = None,
) -> Trained:
    """The trained classifier, which lies in the run folder `out` when this returns.

    Args:
        data: a folder of classes or a CSV file (see edgewright_runtime.dataset).
        recipe: everything that the training is made of but the data.
        out: the run folder; an earlier training's is replaced when this one has ended well, and left alone otherwise.
        weights: `imagenet`, `none` or a file, in place of the recipe's.
        labels_file: the classes in their order. Where none is given, those of a labels.txt in `out`, in the data
            folder or beside the CSV file, and else the class names sorted.
        seed: of the split, the head's first weights, shuffling and augmentation.
        reporter: what is told about progress.

    Raises:
        EdgewrightError: the data, the weights or the run folder are not as they must be.
    """
    reporter = reporter or Silent()
    if seed < 0:
        raise EdgewrightError(f"seed must be a whole number from 0 on, not {seed}")
    check_writable(out)
    start = starting_weights(
        weights or recipe.weights,
        backbone=backbone_named(recipe.backbone),
        alpha=recipe.alpha,
        size=recipe.input_size,
    )
    check_epochs(recipe, from_scratch=start.path is None)
    prepared = prepare(data, recipe=recipe, labels=fixed_labels(labels_file, out), seed=seed, reporter=reporter)
    options = _options(prepared, data=data, recipe=recipe, start=start, seed=seed)
    trained = _trained(prepared, recipe=recipe, start=start, options=options, out=out, reporter=reporter)
    reporter.line(f"Writing {out}.")
    publish(trained, out)
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


def _options(prepared: Prepared, *, data: Path, recipe: Recipe, start: StartingWeights, seed: int) -> dict[str, Any]:
    return {
        "data": str(data),
        "images": len(prepared.rows),
        "recipe": asdict(recipe),
        "weights": {"source": start.source, "alpha": start.alpha, "sha256": start.sha256},
        "seed": seed,
    }
