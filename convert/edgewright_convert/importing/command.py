"""`edgewright import`: a model that was trained elsewhere becomes a run folder."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from edgewright_runtime.command_line import Arguments, Command, number, path, whole_number
from edgewright_runtime.errors import DEBUG_VARIABLE, EXIT_DONE, EdgewrightError

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


def add_declaration(parser: Arguments) -> None:
    """Declares what tells about a model that was made elsewhere: the same options for `import` and `convert`."""
    parser.add_argument("--labels", metavar="FILE", type=path, help="One label per line, in the order of the outputs.")
    parser.add_argument(
        "--normalisation",
        metavar="NAME",
        help="What MODEL expects of pixels: raw, unit, minus-one-to-one, imagenet-torch, imagenet-caffe, or "
        "SCALE,OFFSET.",
    )
    parser.add_argument(
        "--data", metavar="DATA", type=path, help="Images to calibrate and evaluate with: folder or CSV file."
    )
    parser.add_argument("--output", metavar="KIND", help="probabilities or logits; found out if not given.")
    parser.add_argument("--size", metavar="HEIGHTxWIDTH", help="Of the input, where MODEL leaves it open.")
    parser.add_argument(
        "--resize", metavar="HOW", default="squash", help="How images reach that size: squash, crop or pad."
    )
    parser.add_argument(
        "--crop-fraction",
        metavar="SHARE",
        type=number(low=0, high=1),
        default=1.0,
        help="Share of the sides that --resize crop uses; ImageNet's usual is 0.875.",
    )
    parser.add_argument("--interpolation", metavar="NAME", default="bilinear", help="bilinear, bicubic or lanczos.")
    parser.add_argument(
        "--threshold",
        metavar="P",
        type=number(low=0, high=1),
        help="Of a MODEL with one output: above it, the label is the second one; 0.5 if not given.",
    )


def declared_by(arguments: argparse.Namespace) -> Declared:
    """What was said with these options."""
    return Declared(
        labels=arguments.labels,
        data=arguments.data,
        normalisation=arguments.normalisation,
        output=arguments.output,
        size=arguments.size,
        resize=arguments.resize,
        interpolation=arguments.interpolation,
        crop_fraction=arguments.crop_fraction,
        threshold=arguments.threshold,
        seed=arguments.seed,
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `import` takes."""
    parser.add_argument("model", metavar="MODEL", type=path, help=".keras or .h5 file, or SavedModel folder.")
    parser.add_argument("--out", metavar="RUN", type=path, required=True, help="The run folder to write.")
    add_declaration(parser)
    parser.add_argument("--seed", metavar="N", type=whole_number(low=0), default=0, help="Of the splits.")
    parser.add_argument(
        "--if-needed", action="store_true", help="Leave RUN alone where it holds this very model already."
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="Replace the model in RUN, and remove what was made from it."
    )


def run(arguments: argparse.Namespace) -> int:
    """Imports the model, or leaves the run alone."""
    run_folder, made = imported(
        arguments.model,
        arguments.out,
        declared_by(arguments),
        if_needed=arguments.if_needed,
        overwrite=arguments.overwrite,
    )
    print(f"{run_folder.path} is ready" if made else f"{run_folder.path} is up to date")
    return EXIT_DONE


COMMAND = Command(
    summary="Take a model that was trained elsewhere into a run folder, from which it is converted like any other.",
    example="edgewright import model.keras --labels labels.txt --normalisation unit --data photos/ --out runs/mine",
    add_arguments=add_arguments,
    run=run,
)


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
            f"{', '.join(NORMALISATIONS)} or SCALE,OFFSET, and INT8 needs --data FOLDER as well, or --calibrate FOLDER "
            f"when it is converted"
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
            f"{threshold:g} the label is {second!r}, else {first!r}",
            file=sys.stderr,
        )
