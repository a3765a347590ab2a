"""`edgewright bench`: how fast is every format on this machine?"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from ..command_line import Command, number, path, whole_number
from ..run.formats import REFERENCE_FORMATS

if TYPE_CHECKING:
    from ..evaluation.latency import FormatLatency


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `bench` takes."""
    parser.add_argument("run", metavar="RUN", type=path, help="Run folder.")
    parser.add_argument(
        "--format", metavar="NAMES", help="Formats to time, separated by commas; all that run here if not given."
    )
    parser.add_argument(
        "--image",
        metavar="FILE",
        type=path,
        action="append",
        default=[],
        help="Image to time with, may be repeated; 8 test images if not given.",
    )
    parser.add_argument(
        "--threads",
        metavar="N",
        type=whole_number(low=1),
        help="Threads for inference; the library's choice if not given.",
    )
    parser.add_argument("--runs", metavar="N", type=whole_number(low=1), default=50, help="Least number of timed runs.")
    parser.add_argument(
        "--seconds", metavar="S", type=number(low=0), default=1.0, help="Least time to measure, in seconds."
    )
    parser.add_argument("--json", action="store_true", help="Print what latency.json says of these formats.")


def run(arguments: argparse.Namespace) -> int:
    """Times the formats; the exit status is that of the worst error."""
    from ..evaluation.latency import bench_run, images_to_time
    from ..evaluation.selection import chosen_formats
    from ..evaluation.timing import Sampling
    from ..run.run_folder import open_run

    folder = open_run(arguments.run)
    outcomes = bench_run(
        folder,
        chosen_formats(folder, arguments.format, with_reference=True),
        images=images_to_time(folder, arguments.image),
        sampling=Sampling(min_runs=arguments.runs, min_seconds=arguments.seconds),
        threads=arguments.threads,
    )
    figures = {outcome.format: outcome.figures for outcome in outcomes if outcome.figures is not None}
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        print_latency(figures)
    return _report(outcomes)


COMMAND = Command(
    summary="Time every format on this machine: percentiles, size, load time, memory; raw samples in latency.json.",
    example="edgewright bench runs/digits --format tflite-int8,onnx-fp32 --threads 2",
    add_arguments=add_arguments,
    run=run,
)


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


def _report(outcomes: tuple[FormatLatency, ...]) -> int:
    failed = [outcome.error for outcome in outcomes if outcome.error is not None]
    for outcome in outcomes:
        if outcome.error is not None:
            print(f"Error: {outcome.format}: {outcome.error}", file=sys.stderr)
    return max((error.exit_status for error in failed), default=0)
