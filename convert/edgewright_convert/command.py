"""`edgewright convert`: one file per format, from a run folder or from a model that was made elsewhere."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgewright_runtime.command_line import Arguments, Command, path, whole_number
from edgewright_runtime.errors import DEBUG_VARIABLE

from .deployment_targets import DEPLOYMENT_TARGETS, DeploymentTarget, deployment_targets, formats_for
from .importing.command import add_declaration, declared_by
from .opset import opset_of
from .options import (
    DEFAULT_COMPUTE_CAPABILITIES,
    DEFAULT_EFFORT,
    DEFAULT_LICENCE,
    DEFAULT_MODEL_NAME,
    DEFAULT_REPRESENTATIVE_SIZE,
    ConvertOptions,
    batch_profile,
    effort_named,
    float_layers,
)
from .targets import DEFAULT_FORMATS

if TYPE_CHECKING:
    from edgewright_runtime.run.run_folder import RunFolder

    from .importing.declared import Declared
    from .pipeline import Outcome


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `convert` takes."""
    parser.add_argument("source", metavar="RUN|MODEL", type=path, help="Run folder, or .keras, .h5 or SavedModel.")
    parser.add_argument(
        "--to",
        metavar="FORMATS",
        help=f"Formats, separated by commas; {', '.join(DEFAULT_FORMATS)} if not given.",
    )
    parser.add_argument(
        "--for",
        dest="targets",
        metavar="TARGETS",
        help=f"What the files are for, separated by commas: {', '.join(row.name for row in DEPLOYMENT_TARGETS)}. "
        "One that cannot read a file refuses it; each has engines of its own; without --to, what they need.",
    )
    parser.add_argument("--if-needed", action="store_true", help="Leave files alone that are up to date.")
    parser.add_argument(
        "--seed",
        metavar="N",
        type=whole_number(low=0),
        default=0,
        help="Of the draw of the representative dataset, and of MODEL's splits.",
    )
    parser.add_argument("--json", action="store_true", help="Print one JSON object per format, in a list.")
    _add_int8_options(parser.add_argument_group("INT8"))
    _add_engine_options(parser.add_argument_group("TensorRT engines"))
    _add_metadata_options(parser.add_argument_group("What .tflite files say of the model"))
    elsewhere = parser.add_argument_group("A model made elsewhere, imported on the way")
    elsewhere.add_argument("--out", metavar="RUN", type=path, help="Run folder to make from MODEL.")
    add_declaration(elsewhere)


def _add_int8_options(group: Arguments) -> None:
    group.add_argument(
        "--int8-effort",
        metavar="EFFORT",
        default=DEFAULT_EFFORT,
        help="Against what INT8 loses: fast (biases), balanced (weights too) or best (several tries).",
    )
    group.add_argument(
        "--representative-size",
        metavar="N",
        type=whole_number(low=1),
        default=DEFAULT_REPRESENTATIVE_SIZE,
        help="Images to take ranges from, of the train split.",
    )
    group.add_argument(
        "--calibrate",
        metavar="FOLDER|LIST",
        type=path,
        help="Take them from these images instead, which need no labels: at least 20, of what the model will meet.",
    )
    group.add_argument(
        "--keep-float",
        metavar="N|auto",
        help="Layers to exclude from quantization where that pays; auto: as few as bring 99 %% agreement. "
        "edgewright explain RUN shows where INT8 loses most.",
    )
    group.add_argument("--integer-only", action="store_true", help="No float in .tflite, as Edge TPUs need.")
    group.add_argument(
        "--float-output",
        action="store_true",
        help="The last layer of .tflite, and its probabilities, in float32: with hundreds of classes close ones tie in "
        "uint8.",
    )
    group.add_argument(
        "--cache-pixels",
        action="store_true",
        help="Store these images' pixels in RUN/cache, for the next conversion: for large photographs.",
    )


def _add_engine_options(group: Arguments) -> None:
    group.add_argument(
        "--compute-capability",
        metavar="LIST",
        help="GPU generations for tensorrt-rtx; those of the target, or "
        f"{','.join(DEFAULT_COMPUTE_CAPABILITIES)}, if not given.",
    )
    group.add_argument("--batch", metavar="MIN,OPT,MAX", default="1,1,8", help="Least, best and greatest batch size.")
    group.add_argument(
        "--workspace-mb", metavar="MB", type=whole_number(low=1), help="GPU memory limit while building."
    )


def _add_metadata_options(group: Arguments) -> None:
    group.add_argument("--model-name", metavar="TEXT", default=DEFAULT_MODEL_NAME, help="Its name.")
    group.add_argument("--model-version", metavar="TEXT", help="Its version; the beginning of its hash if not given.")
    group.add_argument("--licence", "--license", metavar="TEXT", default=DEFAULT_LICENCE, help="Its licence.")


def run(arguments: argparse.Namespace) -> int:
    """Converts; the exit status is what the worst of the formats deserves."""
    from edgewright_runtime.console import status
    from edgewright_runtime.library_noise import captured
    from edgewright_runtime.run.formats import format_names

    from .pipeline import convert_run
    from .targets import target_named

    targets = _targets(arguments)
    of_targets = tuple(dict.fromkeys(name for row in targets for name in row.formats))
    asked = (of_targets or DEFAULT_FORMATS) if arguments.to is None else format_names(arguments.to)
    formats = formats_for(asked, targets)
    for name in formats:
        target_named(name)
    options = options_by(arguments)
    folder = _run(arguments.source, arguments.out, declared_by(arguments))
    with status() as line:
        outcomes = convert_run(
            folder,
            formats,
            options,
            if_needed=arguments.if_needed,
            progress=line,
            capture=captured,
            debug=bool(os.environ.get(DEBUG_VARIABLE)),
        )
    _report(outcomes, folder, as_json=arguments.json)
    if not arguments.json:
        for sentence in lines_for(targets, outcomes, folder):
            print(sentence)
    return exit_status(outcomes)


COMMAND = Command(
    summary="Convert a run's float model, or one made elsewhere, to files for phones, Raspberry Pis, Jetsons and GPUs.",
    example="edgewright convert runs/digits --to tflite-int8,onnx-fp16",
    add_arguments=add_arguments,
    run=run,
)


def options_by(arguments: argparse.Namespace) -> ConvertOptions:
    """The options that were typed.

    Raises:
        EdgewrightError: one of them is malformed or out of range.
    """
    return ConvertOptions(
        representative_size=arguments.representative_size,
        calibrate=arguments.calibrate,
        seed=arguments.seed,
        cache_pixels=arguments.cache_pixels,
        keep_float=None if arguments.keep_float is None else float_layers(arguments.keep_float),
        integer_only=arguments.integer_only,
        float_output=arguments.float_output,
        int8_effort=effort_named(arguments.int8_effort),
        compute_capabilities=_compute_capabilities(arguments),
        batch=batch_profile(arguments.batch),
        workspace_mb=arguments.workspace_mb,
        targets=tuple(row.name for row in _targets(arguments)),
        model_name=arguments.model_name,
        model_version=arguments.model_version,
        licence=arguments.licence,
    )


def exit_status(outcomes: tuple[Outcome, ...]) -> int:
    """0 when all were made, 3 when only packages are missing, else what the worst of the other errors deserves."""
    from edgewright_runtime.errors import EXIT_DONE, EXIT_MISSING_DEPENDENCY

    failures = {outcome.error.exit_status for outcome in outcomes if outcome.error is not None}
    others = failures - {EXIT_MISSING_DEPENDENCY}
    return max(others) if others else max(failures, default=EXIT_DONE)


def _targets(arguments: argparse.Namespace) -> tuple[DeploymentTarget, ...]:
    # `edgewright explain` has the options of INT8 alone.
    named = getattr(arguments, "targets", None)
    return () if named is None else deployment_targets(named)


def _compute_capabilities(arguments: argparse.Namespace) -> tuple[str, ...]:
    if arguments.compute_capability is not None:
        return tuple(_parts(arguments.compute_capability))
    of_targets = [each for row in _targets(arguments) for each in row.compute_capabilities]
    return tuple(dict.fromkeys(of_targets)) or DEFAULT_COMPUTE_CAPABILITIES


def lines_for(targets: Sequence[DeploymentTarget], outcomes: Sequence[Outcome], run: RunFolder) -> list[str]:
    """For each target, which files go there and what to do with them there."""
    from edgewright_runtime.suggestion import quoted

    made = {outcome.format: outcome.path for outcome in outcomes if outcome.path is not None}
    lines = []
    for row in targets:
        there = formats_for(row.there, [row])
        names = (*row.formats, *there)
        files = [path.relative_to(run.path).as_posix() for name in names if (path := made.get(name)) is not None]
        told = f"For {row.name} ({row.library}): {', '.join(files)}"
        if files and row.there and not made.keys() & set(there):
            run_there = quoted(Path(run.path.name))
            told += f"; there: edgewright convert {run_there} --for {row.name} --to {','.join(row.there)}"
        lines += [told] if files else []
    return lines


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _run(source: Path, out: Path | None, declared: Declared) -> RunFolder:
    """The run folder to convert: `source` itself or, with `out`, the one that its model is imported into."""
    from edgewright_runtime.errors import EdgewrightError
    from edgewright_runtime.run.run_folder import RunFolder, open_run

    from .importing.command import imported

    if out is not None:
        imported(source, out, declared, if_needed=True, overwrite=False)
        return RunFolder(out)
    declarations = {"--labels": declared.labels, "--data": declared.data, "--normalisation": declared.normalisation}
    given = [name for name, value in declarations.items() if value is not None]
    if given or source.is_file() or (source / "saved_model.pb").is_file():
        because = f" with {', '.join(given)}" if given else ""
        raise EdgewrightError(
            f"{source} is given{because} as a model made elsewhere; say with --out where its run goes"
        )
    return open_run(source)


def _report(outcomes: tuple[Outcome, ...], run: RunFolder, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([_as_dict(outcome, run) for outcome in outcomes], indent=2, ensure_ascii=False))
    else:
        _print_table(outcomes, run)
    # Formats that fail for one reason say it once.
    failed: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.error is not None:
            failed.setdefault(str(outcome.error), []).append(outcome.format)
    for sentence, formats in failed.items():
        print(f"Error: {', '.join(formats)}: {sentence}", file=sys.stderr)


def _as_dict(outcome: Outcome, run: RunFolder) -> dict[str, Any]:
    return {
        "format": outcome.format,
        "path": None if outcome.path is None else outcome.path.relative_to(run.path).as_posix(),
        "size_bytes": outcome.size_bytes,
        "seconds": round(outcome.seconds, 3),
        "notes": list(outcome.notes),
        "opset": _opset(outcome.path),
        "error": None if outcome.error is None else str(outcome.error),
    }


def _opset(path: Path | None) -> int | None:
    return opset_of(path.read_bytes()) if path is not None and path.suffix == ".onnx" else None


def _print_table(outcomes: tuple[Outcome, ...], run: RunFolder) -> None:
    from edgewright_runtime.console import Column, print_table

    columns = [Column("format"), Column("file"), Column("size MB", numeric=True), Column("s", numeric=True)]
    print_table(f"Converted {run.path}", [*columns, Column("notes")], [_row(outcome, run) for outcome in outcomes])


def _row(outcome: Outcome, run: RunFolder) -> tuple[str, ...]:
    from rich.markup import escape

    seconds = f"{outcome.seconds:.1f}"
    if outcome.path is None:
        return (outcome.format, "not made", "", seconds, "see the error below")
    basis = () if outcome.asked else ("made because another format is made from it",)
    notes = escape("; ".join((*basis, *outcome.notes)))
    file = escape(outcome.path.relative_to(run.path).as_posix())
    return (outcome.format, file, f"{outcome.size_bytes / 1e6:.2f}", seconds, notes)
