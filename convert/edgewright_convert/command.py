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
    DEFAULT_EFFORT,
    DEFAULT_LICENCE,
    DEFAULT_MODEL_NAME,
    DEFAULT_REPRESENTATIVE_SIZE,
)
from .targets import DEFAULT_FORMATS

if TYPE_CHECKING:
    from edgewright_runtime.run.run_folder import RunFolder

    from .importing.command import Declared
    from .pipeline import Outcome

_OUTSIDE = "A model made elsewhere"
_INT8 = "INT8"
_ENGINES = "TensorRT engines"
_METADATA = "What .tflite files say of the model"


def convert(
    source: Annotated[
        Path, typer.Argument(metavar="RUN|MODEL", help="Run folder, or .keras, .h5 or SavedModel.", show_default=False)
    ],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            help=f"Formats, separated by commas; {', '.join(DEFAULT_FORMATS)} if not given.",
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
    crop_fraction: Annotated[
        float, typer.Option(help="Share of the sides that --resize crop uses.", rich_help_panel=_OUTSIDE)
    ] = 1.0,
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Of a MODEL with one output: above it the second label is the answer; 0.5 if not given.",
            rich_help_panel=_OUTSIDE,
        ),
    ] = None,
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
    ] = DEFAULT_EFFORT,
    keep_float: Annotated[
        str | None,
        typer.Option(
            "--keep-float",
            metavar="N|auto",
            help="Layers of INT8 files to exclude from quantization where that pays; auto: as few as bring 99 % "
            "agreement. "
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
            help="Store these images' pixels in RUN/cache, for the next conversion: for large photographs.",
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
    if_needed: Annotated[bool, typer.Option("--if-needed", help="Leave files alone that are up to date.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per format, in a list.")] = False,
) -> None:
    """Convert a run's float model, or one made elsewhere, to files for phones, Raspberry Pis, Jetsons and GPUs.

    Example: edgewright convert runs/digits --to tflite-int8,onnx-fp16
    """
    from edgewright_runtime.console import status
    from edgewright_runtime.run.formats import format_names

    from .importing.command import Declared
    from .options import ConvertOptions, batch_profile, effort_named, float_layers
    from .pipeline import convert_run
    from .targets import target_named

    formats = DEFAULT_FORMATS if to is None else format_names(to)
    for name in formats:
        target_named(name)
    options = ConvertOptions(
        representative_size=representative_size,
        seed=seed,
        cache_pixels=cache_pixels,
        keep_float=None if keep_float is None else float_layers(keep_float),
        integer_only=integer_only,
        int8_effort=effort_named(int8_effort),
        compute_capabilities=tuple(_parts(compute_capability)),
        batch=batch_profile(batch),
        workspace_mb=workspace_mb,
        model_name=model_name,
        model_version=model_version,
        licence=licence,
    )
    declared = Declared(
        labels, data, normalisation, output, size, resize, interpolation, crop_fraction, threshold, seed
    )
    run = _run(source, out, declared)
    with status() as line:
        outcomes = convert_run(
            run, formats, options, if_needed=if_needed, progress=line, debug=bool(os.environ.get(DEBUG_VARIABLE))
        )
    _report(outcomes, run, as_json=as_json)
    raise typer.Exit(exit_status(outcomes))


def exit_status(outcomes: tuple[Outcome, ...]) -> int:
    """0 when all were made, 3 when only packages are missing, else what the worst of the other errors deserves."""
    from edgewright_runtime.errors import EXIT_DONE, EXIT_MISSING_DEPENDENCY

    failures = {outcome.error.exit_status for outcome in outcomes if outcome.error is not None}
    others = failures - {EXIT_MISSING_DEPENDENCY}
    return max(others) if others else max(failures, default=EXIT_DONE)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _run(source: Path, out: Path | None, declared: Declared) -> RunFolder:
    """The run folder to convert: `source` itself or, with `out`, the one that its model is imported into."""
    from edgewright_runtime.errors import EdgewrightError
    from edgewright_runtime.run.run_folder import open_run

    from .importing.command import imported

    if out is not None:
        run, _ = imported(source, out, declared, if_needed=True, overwrite=False)
        return run
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
        "error": None if outcome.error is None else str(outcome.error),
    }


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
