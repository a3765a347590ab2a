"""`edgewright convert`: one file per format, from a run folder or from a model that was made elsewhere."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgewright_runtime.errors import DEBUG_VARIABLE

from .options import (
    DEFAULT_COMPUTE_CAPABILITIES,
    DEFAULT_INT8_EFFORT,
    DEFAULT_LICENCE,
    DEFAULT_MODEL_NAME,
    DEFAULT_REPRESENTATIVE_SIZE,
)
from .targets import DEFAULT_FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgewright_runtime.dataset import RejectedFile
    from edgewright_runtime.run_folder import RunFolder

    from .pipeline import Outcome

_OUTSIDE = "A model made elsewhere"
_INT8 = "INT8"
_ENGINES = "TensorRT engines"
_METADATA = "What .tflite files say of the model"

_NO_FORMAT = "none"
_NAMED_LEFT_OUT = 5  # the first tell what kind of file it is


def convert(
    source: Annotated[
        Path, typer.Argument(metavar="RUN|MODEL", help="Run folder, or .keras, .h5 or SavedModel.", show_default=False)
    ],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            help=f"Formats, separated by commas; {', '.join(DEFAULT_FORMATS)} if not given. none only takes MODEL in.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Run folder to make from MODEL.", rich_help_panel=_OUTSIDE),
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(help="One label per line, in the order of the outputs.", rich_help_panel=_OUTSIDE)
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Images to calibrate and evaluate with: folder or CSV file.", rich_help_panel=_OUTSIDE),
    ] = None,
    normalisation: Annotated[
        str | None,
        typer.Option(
            help="What MODEL expects of pixels: raw, unit, minus-one-to-one, imagenet-torch, imagenet-caffe, or "
            "SCALE,OFFSET.",
            rich_help_panel=_OUTSIDE,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(help="probabilities or logits; found out if not given.", rich_help_panel=_OUTSIDE),
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="HEIGHTxWIDTH, where MODEL leaves it open.", rich_help_panel=_OUTSIDE)
    ] = None,
    resize: Annotated[
        str, typer.Option(help="How images reach that size: squash, crop or pad.", rich_help_panel=_OUTSIDE)
    ] = "squash",
    interpolation: Annotated[
        str, typer.Option(help="bilinear, bicubic or lanczos.", rich_help_panel=_OUTSIDE)
    ] = "bilinear",
    representative_size: Annotated[
        int, typer.Option(help="Training images to take ranges from.", rich_help_panel=_INT8)
    ] = DEFAULT_REPRESENTATIVE_SIZE,
    int8_effort: Annotated[
        str,
        typer.Option(
            "--int8-effort",
            help="Against what INT8 loses in .tflite: fast (biases), balanced (weights too) or best (several tries).",
            rich_help_panel=_INT8,
        ),
    ] = DEFAULT_INT8_EFFORT,
    keep_float: Annotated[
        str | None,
        typer.Option(
            "--keep-float",
            metavar="N|auto",
            help="Layers of INT8 files to leave in float where that pays; auto: as few as bring 99 % agreement. "
            "edgewright explain RUN shows where INT8 loses most.",
            rich_help_panel=_INT8,
        ),
    ] = None,
    integer_only: Annotated[
        bool,
        typer.Option("--integer-only", help="No float in .tflite, as Edge TPUs need.", rich_help_panel=_INT8),
    ] = False,
    cache_pixels: Annotated[
        bool,
        typer.Option(
            "--cache-pixels",
            help="Keep these images' pixels in RUN/cache, for the next conversion: for large photographs.",
            rich_help_panel=_INT8,
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Of the draw of these images, and of MODEL's splits.")] = 0,
    compute_capability: Annotated[
        str, typer.Option(help="GPU generations for tensorrt-rtx.", rich_help_panel=_ENGINES)
    ] = ",".join(DEFAULT_COMPUTE_CAPABILITIES),
    batch: Annotated[
        str, typer.Option(help="Least, best and greatest batch size.", rich_help_panel=_ENGINES)
    ] = "1,1,8",
    workspace_mb: Annotated[
        int | None, typer.Option(min=1, help="GPU memory limit while building.", rich_help_panel=_ENGINES)
    ] = None,
    model_name: Annotated[str, typer.Option(help="Its name.", rich_help_panel=_METADATA)] = DEFAULT_MODEL_NAME,
    model_version: Annotated[
        str | None,
        typer.Option(help="Its version; the beginning of its hash if not given.", rich_help_panel=_METADATA),
    ] = None,
    licence: Annotated[
        str, typer.Option("--licence", "--license", help="Its licence.", rich_help_panel=_METADATA)
    ] = DEFAULT_LICENCE,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per format, in a list.")] = False,
) -> None:
    """Convert a run's float model, or one made elsewhere, to files for phones, Raspberry Pis, Jetsons and GPUs.

    Example: edgewright convert runs/digits --to tflite-int8,onnx-fp16
    """
    from .options import ConvertOptions, batch_profile
    from .options import keep_float as parsed_keep_float
    from .pipeline import convert_run
    from .progress import status
    from .targets import target_named

    formats = _names(to, taking_in=out is not None)
    for name in formats:
        target_named(name)
    options = ConvertOptions(
        representative_size=representative_size,
        seed=seed,
        cache_pixels=cache_pixels,
        keep_float=None if keep_float is None else parsed_keep_float(keep_float),
        integer_only=integer_only,
        int8_effort=int8_effort,
        compute_capabilities=tuple(_parts(compute_capability)),
        batch=batch_profile(batch),
        workspace_mb=workspace_mb,
        model_name=model_name,
        model_version=model_version,
        licence=licence,
    )
    debug = bool(os.environ.get(DEBUG_VARIABLE))
    left_out: list[RejectedFile] = []
    with status() as line:
        line.start("Looking at the model")
        if out is None:
            run = _existing_run(source, {"--labels": labels, "--data": data, "--normalisation": normalisation})
        else:
            declared = _declared(labels, normalisation, output, size, resize, interpolation)
            run = _adopted(source, out, data, declared, seed=seed, left_out=left_out, debug=debug)
        outcomes = convert_run(run, formats, options, on_start=line.start, on_progress=line.detail, debug=debug)
    _warn_of(left_out)
    _report(outcomes, run, as_json=as_json)
    raise typer.Exit(exit_status(outcomes))


def exit_status(outcomes: tuple[Outcome, ...]) -> int:
    """0 when all were made, 3 when only packages are missing, else what the worst of the other errors deserves."""
    from edgewright_runtime.errors import EXIT_DONE, EXIT_MISSING_DEPENDENCY

    failures = {outcome.error.exit_status for outcome in outcomes if outcome.error is not None}
    others = failures - {EXIT_MISSING_DEPENDENCY}
    return max(others) if others else max(failures, default=EXIT_DONE)


def _names(to: str | None, *, taking_in: bool) -> tuple[str, ...]:
    from edgewright_runtime.errors import EdgewrightError
    from edgewright_runtime.formats import format_names

    if to == _NO_FORMAT:
        if not taking_in:
            raise EdgewrightError("--to none makes no file; it is for taking a model in, with --out")
        return ()
    return DEFAULT_FORMATS if to is None else format_names(to)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _existing_run(source: Path, outside: dict[str, Any]) -> RunFolder:
    from edgewright_runtime.errors import EdgewrightError
    from edgewright_runtime.run_folder import open_run

    given = [name for name, value in outside.items() if value is not None]
    if given or source.is_file() or (source / "saved_model.pb").is_file():
        because = f" with {', '.join(given)}" if given else ""
        raise EdgewrightError(
            f"{source} is given{because} as a model made elsewhere; say with --out where its run goes"
        )
    return open_run(source)


def _declared(
    labels: Path | None,
    normalisation: str | None,
    output: str | None,
    size: str | None,
    resize: str,
    interpolation: str,
) -> Any:
    from edgewright_runtime.errors import EdgewrightError

    from .adopt import Declaration
    from .normalisations import NORMALISATIONS, normalisation_named

    if labels is None or normalisation is None:
        absent = " and ".join(n for n, v in (("--labels", labels), ("--normalisation", normalisation)) if v is None)
        raise EdgewrightError(
            f"A model made elsewhere needs {absent}; the normalisations are {', '.join(NORMALISATIONS)} or SCALE,OFFSET"
        )
    return Declaration(
        labels=labels,
        normalisation=normalisation_named(normalisation),
        output=output,
        size=size,
        resize_method=resize,
        interpolation=interpolation,
    )


def _adopted(
    source: Path, out: Path, data: Path | None, declared: Any, *, seed: int, left_out: list[RejectedFile], debug: bool
) -> RunFolder:
    from edgewright_runtime.library_noise import captured

    from .adopt import adopt

    with captured(show=debug):
        return adopt(source, out, declared, data=data, seed=seed, on_left_out=left_out.append)


def _warn_of(left_out: Sequence[RejectedFile]) -> None:
    for file in left_out[:_NAMED_LEFT_OUT]:
        print(f"Warning: left out {file.path}: {file.reason}", file=sys.stderr)
    if len(left_out) > _NAMED_LEFT_OUT:
        print(f"Warning: left out {len(left_out) - _NAMED_LEFT_OUT} more files", file=sys.stderr)


def _report(outcomes: tuple[Outcome, ...], run: RunFolder, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([_as_dict(outcome, run) for outcome in outcomes], indent=2, ensure_ascii=False))
    elif not outcomes:
        print(f"{run.path} is ready")
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
        "error": None if outcome.error is None else str(outcome.error),
    }


def _print_table(outcomes: tuple[Outcome, ...], run: RunFolder) -> None:
    from edgewright_runtime.commands.tables import Column, print_table

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
