"""A whole training: from a data set to a run folder."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import Capture, quietened
from edgewright_runtime.optional_imports import check_installed, import_optional

from .backbones import backbone_named
from .preparation import Prepared, fixed_labels, prepare
from .progress import Reporter, Silent
from .recipe import Recipe, check_epochs
from .weights import IMAGENET, NONE, StartingWeights, starting_weights
from .writable import check_writable

if TYPE_CHECKING:
    from .trained import Trained

_PURPOSE = "edgewright train"


def train_run(
    data: Path,
    *,
    recipe: Recipe,
    out: Path,
    weights: str | None = None,
    labels_file: Path | None = None,
    seed: int = 0,
    reporter: Reporter | None = None,
    capture: Capture = quietened,
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
        capture: what TensorFlow is imported in; the command line, whose process is its own, gives `captured`.

    Raises:
        EdgewrightError: the data, the weights or the run folder are not as they must be.
        MissingDependencyError: a library of the extra `train` is not installed.
    """
    reporter = reporter or Silent()
    if seed < 0:
        raise EdgewrightError(f"seed must be a whole number from 0 on, not {seed}")
    check_installed("tensorflow", package="tensorflow", extra="train", purpose=_PURPOSE)
    check_writable(out)
    source = weights or recipe.weights
    check_epochs(recipe, from_scratch=source == NONE)
    started_from = partial(
        starting_weights,
        source,
        backbone=backbone_named(recipe.backbone),
        alpha=recipe.alpha,
        size=recipe.input_size,
    )
    # TensorFlow takes seconds to import, and the download needs it: what can fail without it comes first.
    start = None if source == IMAGENET else started_from()
    prepared = prepare(data, recipe=recipe, labels=fixed_labels(labels_file, out), seed=seed, reporter=reporter)
    training = _training(capture)
    start = start or started_from()
    options = _options(prepared, data=data, recipe=recipe, start=start, seed=seed)
    trained: Trained = training.train_prepared(
        prepared, recipe=recipe, start=start, options=options, out=out, reporter=reporter
    )
    return trained


def _training(capture: Capture) -> Any:
    with capture():
        import_optional("tensorflow", package="tensorflow", extra="train", purpose=_PURPOSE)
        return import_optional("edgewright_train.training", package="keras", extra="train", purpose=_PURPOSE)


def _options(prepared: Prepared, *, data: Path, recipe: Recipe, start: StartingWeights, seed: int) -> dict[str, Any]:
    return {
        "data": str(data),
        "images": len(prepared.rows),
        "recipe": asdict(recipe),
        "weights": {"source": start.source, "alpha": start.alpha, "sha256": start.sha256},
        "seed": seed,
    }
