"""`edgewright import`: a model that was trained elsewhere becomes a run folder."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewright_runtime.command_line import Arguments, Command, number, path, whole_number
from edgewright_runtime.errors import DEBUG_VARIABLE, EXIT_DONE
from edgewright_runtime.preprocessing.contract import CHANNEL_ORDERS

from .declared import Declared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewright_runtime.dataset import RejectedFile
    from edgewright_runtime.run.run_folder import RunFolder

    from .any_model import Imported

_NAMED_LEFT_OUT = 5  # the first tell what kind of file it is


def add_declaration(parser: Arguments) -> None:
    """Declares what tells about a model that was made elsewhere: the same options for `import` and `convert`."""
    parser.add_argument(
        "--labels", metavar="FILE", type=path, help="In the order of the outputs: one label per line, or JSON."
    )
    parser.add_argument(
        "--find-contract",
        action="store_true",
        help="Find what is not said below by trying it on the photographs of --data.",
    )
    parser.add_argument(
        "--normalisation",
        metavar="NAME",
        help="What MODEL expects of pixels: raw, unit, minus-one-to-one, imagenet-torch, imagenet-caffe, or "
        "SCALE,OFFSET.",
    )
    parser.add_argument(
        "--channel-order", metavar="ORDER", choices=CHANNEL_ORDERS, help="RGB or BGR, where it is not the usual one."
    )
    parser.add_argument(
        "--label-offset",
        metavar="N",
        type=whole_number(low=-1),
        help="At which output the first label is; 1 where the model has a background class and the labels have not.",
    )
    parser.add_argument(
        "--data", metavar="DATA", type=path, help="Images to calibrate and evaluate with: folder or CSV file."
    )
    parser.add_argument("--output", metavar="KIND", help="probabilities or logits; found out if not given.")
    parser.add_argument("--size", metavar="HEIGHTxWIDTH", help="Of the input, where MODEL leaves it open.")
    parser.add_argument(
        "--resize", metavar="HOW", help="How images reach that size: squash (if not given), crop or pad."
    )
    parser.add_argument(
        "--crop-fraction",
        metavar="SHARE",
        type=number(low=0, high=1),
        help="Share of the sides that --resize crop uses; ImageNet's usual is 0.875.",
    )
    parser.add_argument("--interpolation", metavar="NAME", help="bilinear (if not given), bicubic or lanczos.")
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
        channel_order=arguments.channel_order,
        label_offset=arguments.label_offset,
        find_contract=arguments.find_contract,
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
    parser.add_argument(
        "model",
        metavar="MODEL",
        type=path,
        help=".keras or .h5 file, SavedModel folder, or a .tflite or .onnx file, which is run as it is.",
    )
    parser.add_argument("--out", metavar="RUN", type=path, required=True, help="The run folder to write.")
    add_declaration(parser)
    parser.add_argument("--seed", metavar="N", type=whole_number(low=0), default=0, help="Of the splits.")
    parser.add_argument(
        "--if-needed", action="store_true", help="Leave RUN alone where it holds this very model already."
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="Replace the model in RUN, and remove what was made from it."
    )
    parser.add_argument("--json", action="store_true", help="Print one JSON object: contract, tried and sure.")


def run(arguments: argparse.Namespace) -> int:
    """Imports the model, or leaves the run alone."""
    result = imported(
        arguments.model,
        arguments.out,
        declared_by(arguments),
        if_needed=arguments.if_needed,
        overwrite=arguments.overwrite,
    )
    if arguments.json:
        print(json.dumps(_as_json(arguments.out, result), indent=2, ensure_ascii=False))
    elif result is None:
        print(f"{arguments.out} is up to date")
    else:
        _tell(result)
    return EXIT_DONE


COMMAND = Command(
    summary="Take a model that was made elsewhere into a run folder; find its contract by trying where it is unknown.",
    example="edgewright import model.keras --labels labels.txt --normalisation unit --data photos/ --out runs/mine",
    add_arguments=add_arguments,
    run=run,
)


def imported(model: Path, out: Path, declared: Declared, *, if_needed: bool, overwrite: bool) -> Imported | None:
    """What the import came to; None where the run folder holds the same already.

    What to know is told on standard error.

    Raises:
        EdgewrightError: something is missing or does not fit, or `out` holds a model and `overwrite` is not set.
    """
    from edgewright_runtime.console import status
    from edgewright_runtime.library_noise import captured

    from .any_model import import_any, is_there
    from .model_import import check_unused

    if if_needed and is_there(model, out, declared):
        return None
    if not overwrite:
        check_unused(out)
    with status() as line, captured(show=bool(os.environ.get(DEBUG_VARIABLE))):
        line.start("Looking at the model")
        result = import_any(model, out, declared, on_step=lambda what: line.start(f"Trying {what}"))
    for note in result.notes:
        print(f"Note: {note}", file=sys.stderr)
    _warn_of(result.rejected)
    for doubt in result.doubts:
        print(f"Warning: {doubt}", file=sys.stderr)
    _tell_of_threshold(result.run)
    return result


def _as_json(out: Path, result: Imported | None) -> dict[str, Any]:
    from edgewright_runtime.preprocessing import Preprocessing
    from edgewright_runtime.run.run_folder import RunFolder

    from .found_text import tried_as_json

    found = None if result is None else result.found
    return {
        "run": str(out),
        "contract": Preprocessing.load(RunFolder(out).preprocessing).to_dict(),
        "tried": [] if found is None else tried_as_json(found),
        "sure": None if found is None else found.sure,
        "notes": [] if result is None else list(result.notes),
        "warnings": [] if result is None else list(result.doubts),
    }


def _tell(result: Imported) -> None:
    from .found_text import print_found

    if result.found is not None:
        print_found(result.found)
    print(f"{result.run.path} is ready")


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
