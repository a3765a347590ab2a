"""`edgewright import`: a model that was trained elsewhere becomes a run folder."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgewright_runtime.errors import DEBUG_VARIABLE, EdgewrightError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewright_runtime.dataset import RejectedFile
    from edgewright_runtime.run.run_folder import RunFolder

    from .declaration import Declaration

_NAMED_LEFT_OUT = 5  # the first tell what kind of file it is


@dataclass(frozen=True)
class Declared:
    """What the user says on the command line about a model that was made elsewhere; None where nothing is said."""

    labels: Path | None = None
    data: Path | None = None
    normalisation: str | None = None
    output: str | None = None
    size: str | None = None
    resize: str = "squash"
    interpolation: str = "bilinear"
    crop_fraction: float = 1.0
    threshold: float | None = None
    seed: int = 0


def import_(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help=".keras or .h5 file, or SavedModel folder.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", metavar="RUN", help="The run folder to write.")],
    labels: Annotated[Path | None, typer.Option(help="One label per line, in the order of the outputs.")] = None,
    normalisation: Annotated[
        str | None,
        typer.Option(
            help="What MODEL expects of pixels: raw, unit, minus-one-to-one, imagenet-torch, imagenet-caffe, or "
            "SCALE,OFFSET.",
        ),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Images to calibrate and evaluate with: folder or CSV file.")
    ] = None,
    output: Annotated[str | None, typer.Option(help="probabilities or logits; found out if not given.")] = None,
    size: Annotated[str | None, typer.Option(help="HEIGHTxWIDTH, where MODEL leaves it open.")] = None,
    resize: Annotated[str, typer.Option(help="How images reach that size: squash, crop or pad.")] = "squash",
    crop_fraction: Annotated[
        float, typer.Option(help="Share of the sides that --resize crop uses; ImageNet's usual is 0.875.")
    ] = 1.0,
    interpolation: Annotated[str, typer.Option(help="bilinear, bicubic or lanczos.")] = "bilinear",
    threshold: Annotated[
        float | None,
        typer.Option(help="Of a MODEL with one output: above it the second label is the answer; 0.5 if not given."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the splits.")] = 0,
    if_needed: Annotated[
        bool, typer.Option("--if-needed", help="Leave RUN alone where it holds this very model already.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the model in RUN, and what was made from it.")
    ] = False,
) -> None:
    """Take a model that was trained elsewhere into a run folder, from which it is converted like any other.

    Example: edgewright import model.keras --labels labels.txt --normalisation unit --data photos/ --out runs/mine
    """
    declared = Declared(
        labels, data, normalisation, output, size, resize, interpolation, crop_fraction, threshold, seed
    )
    run, made = imported(model, out, declared, if_needed=if_needed, overwrite=overwrite)
    print(f"{run.path} is ready" if made else f"{run.path} is up to date")


def imported(model: Path, out: Path, declared: Declared, *, if_needed: bool, overwrite: bool) -> tuple[RunFolder, bool]:
    """The run folder, and whether it was made now; files that were left out of the data are named.

    Raises:
        EdgewrightError: something is missing or does not fit, or `out` holds a model and `overwrite` is not set.
    """
    from edgewright_runtime.console import status
    from edgewright_runtime.library_noise import captured
    from edgewright_runtime.run.run_folder import RunFolder

    from .model_import import check_unused, import_model, is_imported

    declaration = declaration_of(declared)
    if if_needed and is_imported(model, out, declaration, data=declared.data, seed=declared.seed):
        return RunFolder(out), False
    if not overwrite:
        check_unused(out)
    left_out: list[RejectedFile] = []
    notes: list[str] = []
    with status() as line, captured(show=bool(os.environ.get(DEBUG_VARIABLE))):
        line.start("Looking at the model")
        run = import_model(
            model,
            out,
            declaration,
            data=declared.data,
            seed=declared.seed,
            on_left_out=left_out.append,
            on_note=notes.append,
        )
    for note in notes:
        print(f"Note: {note}", file=sys.stderr)
    _warn_of(left_out)
    _tell_of_threshold(run)
    return run, True


def declaration_of(declared: Declared) -> Declaration:
    """What is declared, checked for what must not be missing: all of that is named at once.

    Raises:
        EdgewrightError: naming what is missing.
    """
    from .declaration import Declaration
    from .normalisations import NORMALISATIONS, normalisation_named

    required = {"--labels FILE": declared.labels, "--normalisation NAME": declared.normalisation}
    absent = [name for name, value in required.items() if value is None]
    if declared.labels is None or declared.normalisation is None:
        raise EdgewrightError(
            f"A model made elsewhere needs {' and '.join(absent)}; the normalisations are "
            f"{', '.join(NORMALISATIONS)} or SCALE,OFFSET, and INT8 needs --data FOLDER as well"
        )
    return Declaration(
        labels=declared.labels,
        normalisation=normalisation_named(declared.normalisation),
        output=declared.output,
        size=declared.size,
        resize_method=declared.resize,
        interpolation=declared.interpolation,
        crop_fraction=declared.crop_fraction,
        threshold=declared.threshold,
    )


def _warn_of(left_out: Sequence[RejectedFile]) -> None:
    for file in left_out[:_NAMED_LEFT_OUT]:
        print(f"Warning: left out {file.path}: {file.reason}", file=sys.stderr)
    if len(left_out) > _NAMED_LEFT_OUT:
        print(f"Warning: left out {len(left_out) - _NAMED_LEFT_OUT} more files", file=sys.stderr)


def _tell_of_threshold(run: RunFolder) -> None:
    """Says what a model with one output was taken for: which label comes second is easily mistaken."""
    from edgewright_runtime.preprocessing import Preprocessing
    from edgewright_runtime.run.labels import class_names, read_labels

    threshold = Preprocessing.load(run.preprocessing).decision_threshold
    if threshold is not None:
        first, second = class_names(read_labels(run.labels))
        print(
            f"Note: the model has one output, taken as the probability of {second!r}, the second label: above "
            f"{threshold:g} the answer is {second!r}, else {first!r}",
            file=sys.stderr,
        )
