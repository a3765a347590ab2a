"""A whole training: from a data set to a run folder."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewright_runtime.console import Reporter, Silent
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import Capture, quietened
from edgewright_runtime.optional_imports import check_installed, import_optional

from .data import fixed_labels, prepare
from .network import IMAGENET, NONE, backbone_named, starting_weights
from .provenance import Provenance, UsedWeights, check_free
from .recipes import NO_CHANGES, Recipe, RecipeChanges, check_epochs, load_recipe
from .results import check_writable

if TYPE_CHECKING:
    from .results import Trained

DEFAULT_SEED = 0

_PURPOSE = "edgewright train"


def train(
    data: str | Path,
    *,
    recipe: str | Recipe,
    out: str | Path,
    weights: str | None = None,
    epochs: tuple[int, int] | None = None,
    seed: int = DEFAULT_SEED,
    labels: str | Path | None = None,
    size: int | None = None,
    alpha: float | None = None,
    overwrite: bool = False,
) -> Trained:
    """The trained classifier, which lies in the run folder `out`: what `edgewright train` does, without printing.

    Args:
        data: a folder of classes or a CSV file.
        recipe: a recipe, its name, or the path of a .toml file.
        out: the run folder.
        weights: `imagenet`, `none` or a file, in place of the recipe's.
        epochs: of the head, and of the phase that trains all layers, in place of the recipe's.
        seed: of the split, the head's first weights, shuffling and augmentation.
        labels: a labels.txt with the classes in their order.
        size: input side in pixels, in place of the recipe's.
        alpha: width multiplier, in place of the recipe's.
        overwrite: whether a model that `out` holds already is replaced.

    Raises:
        EdgewrightError: the recipe, the data, the weights or the run folder are not as they must be.
        MissingDependencyError: a library of the extra `train` is not installed.
    """
    named = isinstance(recipe, str)
    return train_run(
        Path(data),
        recipe=load_recipe(recipe) if isinstance(recipe, str) else recipe,
        out=Path(out),
        recipe_name=str(recipe) if named else None,
        changes=RecipeChanges(epochs, size, alpha),
        weights=weights,
        labels_file=None if labels is None else Path(labels),
        seed=seed,
        overwrite=overwrite,
    )


def train_run(
    data: Path,
    *,
    recipe: Recipe,
    out: Path,
    recipe_name: str | None = None,
    changes: RecipeChanges = NO_CHANGES,
    weights: str | None = None,
    labels_file: Path | None = None,
    seed: int = DEFAULT_SEED,
    overwrite: bool = False,
    reporter: Reporter | None = None,
    capture: Capture = quietened,
) -> Trained:
    """The trained classifier, which lies in the run folder `out` when this returns.

    Args:
        data: a folder of classes or a CSV file (see edgewright_runtime.dataset).
        recipe: everything that the training is made of but the data.
        out: the run folder.
        recipe_name: what the manifest calls the recipe.
        changes: values in place of the recipe's.
        weights: `imagenet`, `none` or a file, in place of the recipe's.
        labels_file: the classes in their order. Where none is given, those of a labels.txt in `out`, in the data
            folder or beside the CSV file, and else the class names sorted.
        seed: of the split, the head's first weights, shuffling and augmentation.
        overwrite: whether `out` may hold a model already. It is replaced when this training has ended well, what other
            stages made from it goes away, and until then all of it is left alone.
        reporter: what is told about progress.
        capture: what TensorFlow is imported in; the command line, whose process is its own, gives `captured`.

    Raises:
        EdgewrightError: the data, the weights or the run folder are not as they must be, or the run folder holds a
            model and is not to be overwritten.
        MissingDependencyError: a library of the extra `train` is not installed.
    """
    reporter = reporter or Silent()
    if seed < 0:
        raise EdgewrightError(f"seed must be a whole number from 0 on, not {seed}")
    if not overwrite:
        check_free(out)
    recipe = changes.applied_to(recipe)
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
    made = Provenance(
        data=str(data),
        data_sha256=prepared.sha256,
        images=len(prepared.rows),
        recipe=asdict(recipe),
        recipe_name=recipe_name,
        recipe_changes=changes,
        weights=UsedWeights(start.source, start.alpha, start.sha256),
        seed=seed,
    )
    trained: Trained = training.train_prepared(
        prepared, recipe=recipe, start=start, options=made.options(), out=out, reporter=reporter
    )
    return trained


def _training(capture: Capture) -> Any:
    with capture():
        import_optional("tensorflow", package="tensorflow", extra="train", purpose=_PURPOSE)
        return import_optional("edgewright_train.training", package="keras", extra="train", purpose=_PURPOSE)
