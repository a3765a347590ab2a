"""`edgewright train`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgewright_runtime.errors import DEBUG_VARIABLE, EdgewrightError

if TYPE_CHECKING:
    from .recipe import Recipe
    from .trained import Trained


def train(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA",
            help="A folder of classes, or a CSV file with the columns filepath,label (and perhaps split).",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="RUN", help="The run folder to write.")],
    recipe: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="digits, banana, viewpoint, flowers, or a .toml file.")
    ],
    weights: Annotated[
        str | None, typer.Option(metavar="W", help="imagenet, none, or a .h5 file, in place of the recipe's.")
    ] = None,
    epochs: Annotated[
        str | None,
        typer.Option(metavar="P1,P2", help="Epochs of the head, and of the phase that trains all layers."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the split, the first weights, shuffling and augmentation.")] = 0,
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="labels.txt with the classes in their order.")
    ] = None,
    size: Annotated[int | None, typer.Option(help="Input side in pixels, in place of the recipe's.")] = None,
    alpha: Annotated[float | None, typer.Option(help="Width multiplier, in place of the recipe's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print metrics.json's object and nothing else.")] = False,
) -> None:
    """Train a classifier and write its run folder.

    Example: edgewright train data/digits --recipe digits --out runs/digits
    """
    from .pipeline import train_run
    from .progress import watching

    chosen = _chosen(recipe, epochs=epochs, size=size, alpha=alpha)
    if not os.environ.get(DEBUG_VARIABLE):
        # TensorFlow looks for a GPU again with the first step, and calls it an error that there is none.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with watching(sys.stderr) as reporter:
        trained = train_run(
            data, recipe=chosen, out=out, weights=weights, labels_file=labels, seed=seed, reporter=reporter
        )
    if as_json:
        typer.echo(json.dumps(trained.metrics(), indent=2, ensure_ascii=False))
    else:
        _show(trained, out)


def _chosen(name_or_path: str, *, epochs: str | None, size: int | None, alpha: float | None) -> Recipe:
    from dataclasses import replace

    from .recipe_file import load_recipe

    recipe = load_recipe(name_or_path)
    changes: dict[str, Any] = {"input_size": size, "alpha": alpha}
    recipe = replace(recipe, **{name: value for name, value in changes.items() if value is not None})
    return recipe if epochs is None else recipe.with_epochs(*_two_numbers(epochs))


def _two_numbers(text: str) -> tuple[int, int]:
    parts = text.split(",")
    if len(parts) != 2 or not all(part.strip().isdecimal() for part in parts):
        raise EdgewrightError(
            f"--epochs takes two whole numbers such as 20,5 (the head, then all layers), not {text!r}"
        )
    return int(parts[0]), int(parts[1])


def _show(trained: Trained, out: Path) -> None:
    test = trained.scores["test"]
    width = max(len("class"), *(len(name) for name in test.per_class))
    typer.echo(f"\n{'class':<{width}}  precision  recall      f1  images")
    for name, scores in test.per_class.items():
        numbers = "  ".join(
            f"{'-' if value is None else f'{value:.3f}':>{room}}"
            for value, room in ((scores.precision, 9), (scores.recall, 6), (scores.f1, 6))
        )
        typer.echo(f"{name:<{width}}  {numbers}  {scores.support:>6}")
    typer.echo(
        f"\nTest accuracy {test.accuracy:.4f} on {test.n} images (validation {trained.scores['val'].accuracy:.4f})."
    )
    typer.echo(f"Run folder: {out}")
    typer.echo(f"Next: edgewright convert {out} --to tflite-int8")
