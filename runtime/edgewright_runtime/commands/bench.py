"""`edgewright bench`: how fast is every format on this machine?"""

from __future__ import annotations

import argparse
import json
import re
from typing import TYPE_CHECKING

from ..command_line import Command, number, path, whole_number
from ..errors import EXIT_DONE, EdgewrightError
from ..run.formats import REFERENCE_FORMATS
from .accelerating import acceleration_by, add_acceleration_options
from .bare_files import add_file_options, file_in
from .failures import report_errors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..evaluation.speed.figures import LatencyFigures
    from ..preferred import Preferred

_NUMBER = re.compile(r"\d+(\.\d+)?")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `bench` takes."""
    parser.add_argument("run", metavar="RUN|FILE", type=path, help="Run folder, or a model file.")
    parser.add_argument(
        "--format", metavar="NAMES", help="Formats to time, separated by commas; all that run here if not given."
    )
    parser.add_argument(
        "--image",
        metavar="FILE|FOLDER",
        type=path,
        action="append",
        default=[],
        help="Images to time with, may be repeated; 8 test images if not given.",
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
    add_file_options(parser)
    add_acceleration_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Times the formats; the exit status is that of the worst error."""
    from ..evaluation.speed.latency import bench_run, images_to_time

    model = file_in(arguments)
    if model is not None:
        return _bench_file(model, arguments)
    from ..evaluation.selection import chosen_formats
    from ..evaluation.speed.timing import Sampling
    from ..preferred import preferred_format
    from ..run.run_folder import open_run

    folder = open_run(arguments.run)
    acceleration = acceleration_by(arguments)
    chosen = chosen_formats(folder, arguments.format, with_reference=True, acceleration=acceleration)
    images = images_to_time(folder, arguments.image)
    outcomes = bench_run(
        folder,
        chosen.formats,
        images=images,
        sampling=Sampling(min_runs=arguments.runs, min_seconds=arguments.seconds),
        threads=arguments.threads,
        acceleration=acceleration,
    )
    figures = {outcome.format: outcome.figures for outcome in outcomes if outcome.figures is not None}
    if arguments.json:
        print(json.dumps({name: each.to_dict() for name, each in figures.items()}, indent=2))
    else:
        print_latency(figures, images=len(images))
        for line in findings(figures, preferred_format(folder, threads=arguments.threads, acceleration=acceleration)):
            print(line)
    return report_errors(
        [*((each.format, each.error) for each in outcomes if each.error is not None), *chosen.left_out],
        named=arguments.format is not None,
        done=len(figures),
    )


def _bench_file(model: Path, arguments: argparse.Namespace) -> int:
    from ..evaluation.speed.latency import bench_file, images_at
    from ..evaluation.speed.timing import Sampling

    images = images_at(arguments.image)
    outcome = bench_file(
        model,
        images=images,
        sampling=Sampling(min_runs=arguments.runs, min_seconds=arguments.seconds),
        threads=arguments.threads,
        labels=arguments.labels,
        preprocessing=arguments.preprocessing,
        acceleration=acceleration_by(arguments),
    )
    if outcome.figures is None:
        raise outcome.error or EdgewrightError(f"{model} could not be measured")
    if arguments.json:
        print(json.dumps({outcome.format: outcome.figures.to_dict()}, indent=2))
    else:
        print_latency({outcome.format: outcome.figures}, images=len(images))
    return EXIT_DONE


COMMAND = Command(
    summary="Time every format on this machine: percentiles, size, load time, memory; raw samples in latency.json.",
    example="edgewright bench runs/digits --format tflite-int8,onnx-fp32 --threads 2",
    add_arguments=add_arguments,
    run=run,
)


def print_latency(figures: Mapping[str, LatencyFigures], *, images: int) -> None:
    """Prints one row per format, and under the table what makes the figures less trustworthy.

    Args:
        figures: by format.
        images: how many took turns.
    """
    from ..console import Column, print_table

    if not figures:
        return
    first = next(iter(figures.values()))
    headings = ["p50 ms", "p90", "p99", "mean", "preprocess p50", "image to label p50", "size MB", "load ms", "peak MB"]
    print_table(
        f"Latency of one image ({images} took turns) on {first.machine.processor}, {first.machine.cores} cores, "
        f"{_threads(first.threads)}",
        [Column("format"), *(Column(heading, numeric=True) for heading in headings), Column("by")],
        [_row(name, row) for name, row in figures.items()],
    )
    for warning, names in _by_warning(figures).items():
        which = "" if len(names) == len(figures) > 1 else f"{', '.join(names)}: "
        print(f"Warning: {which}{warning}")


def _threads(count: int | None) -> str:
    return "threads left to the library" if count is None else f"{count} thread{'' if count == 1 else 's'}"


def _by_warning(figures: Mapping[str, LatencyFigures]) -> dict[str, list[str]]:
    """The formats that each warning holds for; numbers in it may differ, so the first stands for the others."""
    found: dict[str, tuple[str, list[str]]] = {}
    for name, row in figures.items():
        for warning in row.warnings:
            found.setdefault(_NUMBER.sub("#", warning), (warning, []))[1].append(name)
    return dict(found.values())


def _row(name: str, row: LatencyFigures) -> tuple[str, ...]:
    summary = row.inference.summary
    times = [summary.p50_ms, summary.p90_ms, summary.p99_ms, summary.mean_ms]
    times += [row.preprocessing.summary.p50_ms, row.total.summary.p50_ms]
    return (
        f"{name} (float)" if name in REFERENCE_FORMATS else name,
        *(f"{value:.2f}" for value in times),
        f"{row.size_bytes / 1e6:.2f}",
        f"{row.cold_load_ms:.0f}",
        "?" if row.peak_memory_mb is None else f"{row.peak_memory_mb:.0f}",
        row.library,
    )


def findings(figures: Mapping[str, LatencyFigures], preferred: Preferred | None) -> list[str]:
    """What the figures say: which format is the fastest here, and which one `classify` takes and why."""
    timed = {name: row.inference.summary.p50_ms for name, row in figures.items() if name not in REFERENCE_FORMATS}
    if not timed:
        return []
    fastest, *slower = sorted(timed, key=lambda name: timed[name])
    found = []
    if slower:
        ratio = timed[slower[0]] / timed[fastest]
        found.append(f"Fastest here: {fastest}, {ratio:.2f} times as fast as {slower[0]} (p50).")
    if preferred is not None:
        # A ratio of times of one bench only: another day the machine may have been busier.
        of_this_bench = preferred.median_ms is not None and preferred.median_ms == timed.get(preferred.format)
        ratio = timed[preferred.format] / timed[fastest] if of_this_bench else 1.0
        longer = f"; {ratio:.2f} times the time of {fastest}" if of_this_bench and preferred.format != fastest else ""
        found.append(f"classify takes {preferred.format}: {preferred.why}{longer}.")
    return found
