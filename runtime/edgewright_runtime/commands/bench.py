"""`edgewright bench`: how fast is every format on this machine?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..run.formats import REFERENCE_FORMATS

if TYPE_CHECKING:
    from ..evaluation.latency import FormatLatency


def bench(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.", show_default=False)],
    formats: Annotated[
        str | None,
        typer.Option("--format", help="Formats to time, separated by commas; all that run here if not given."),
    ] = None,
    images: Annotated[
        list[Path] | None,
        typer.Option("--image", help="Image to time with, may be repeated; 8 test images if not given."),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads for inference; the library's choice if not given.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="Least number of timed runs.")] = 50,
    seconds: Annotated[float, typer.Option(min=0.0, help="Least time to measure, in seconds.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print what latency.json says of these formats.")] = False,
) -> None:
    """Time every format on this machine: percentiles, size, load time and memory; raw samples go to latency.json.

    Example: edgewright bench runs/digits --format tflite-int8,onnx-fp32 --threads 2
    """
    from ..evaluation.latency import bench_run, images_to_time
    from ..evaluation.selection import chosen_formats
    from ..evaluation.timing import Sampling
    from ..run.run_folder import open_run

    folder = open_run(run)
    outcomes = bench_run(
        folder,
        chosen_formats(folder, formats, with_reference=True),
        images=images_to_time(folder, images or ()),
        sampling=Sampling(min_runs=runs, min_seconds=seconds),
        threads=threads,
    )
    figures = {outcome.format: outcome.figures for outcome in outcomes if outcome.figures is not None}
    if as_json:
        print(json.dumps(figures, indent=2))
    else:
        print_latency(figures)
    _report(outcomes)


def print_latency(figures: dict[str, dict[str, Any]]) -> None:
    """Prints one row per format, and under the table what makes the figures less trustworthy."""
    from ..console import Column, print_table

    if not figures:
        return
    first = next(iter(figures.values()))["machine"]
    headings = ["p50 ms", "p90", "p99", "mean", "preprocess p50", "image to label p50", "size MB", "load ms", "peak MB"]
    print_table(
        f"Latency of one image on {first['processor']}, {first['cores']} cores",
        [Column("format"), *(Column(heading, numeric=True) for heading in headings), Column("by")],
        [_row(name, row) for name, row in figures.items()],
    )
    for name, row in figures.items():
        for warning in row["warnings"]:
            print(f"Warning: {name}: {warning}")


def _row(name: str, row: dict[str, Any]) -> tuple[str, ...]:
    times = [row["p50_ms"], row["p90_ms"], row["p99_ms"], row["mean_ms"]]
    times += [row["preprocessing"]["p50_ms"], row["total"]["p50_ms"]]
    memory = row["peak_memory_mb"]
    return (
        f"{name} (float)" if name in REFERENCE_FORMATS else name,
        *(f"{value:.2f}" for value in times),
        f"{row['size_bytes'] / 1e6:.2f}",
        f"{row['cold_load_ms']:.0f}",
        "?" if memory is None else f"{memory:.0f}",
        row["library"],
    )


def _report(outcomes: tuple[FormatLatency, ...]) -> None:
    failed = [outcome.error for outcome in outcomes if outcome.error is not None]
    for outcome in outcomes:
        if outcome.error is not None:
            print(f"Error: {outcome.format}: {outcome.error}", file=sys.stderr)
    if failed:
        raise typer.Exit(max(error.exit_status for error in failed))
