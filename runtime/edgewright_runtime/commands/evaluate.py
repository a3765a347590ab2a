"""`edgewright evaluate`: does every format still agree with the float model?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TextIO

from ..command_line import Command, number, one_of, path, whole_number
from ..errors import EXIT_DONE, EdgewrightError
from ..evaluation.gate import Thresholds
from ..evaluation.policy import POLICY, exit_status_of, loud_line
from .accelerating import acceleration_by, add_acceleration_options
from .bare_files import add_file_options, file_in
from .failures import report_errors

if TYPE_CHECKING:
    from pathlib import Path

    from ..dataset import RejectedFile
    from ..evaluation.comparison import Comparison
    from ..run.run_folder import RunFolder

_DEFAULTS = Thresholds()
_VERDICT_STYLE = {"pass": "bold green", "fail": "bold red", "inconclusive": "bold yellow"}


def add_threshold_options(parser: argparse.ArgumentParser, *, reference: str) -> None:
    """Declares what the gate allows: the same options for `evaluate` and `gate`."""
    group = parser.add_argument_group("What the gate allows")
    group.add_argument(
        "--max-drop",
        metavar="SHARE",
        type=number(low=0, high=1),
        default=_DEFAULTS.max_drop,
        help="Largest acceptable drop in accuracy, 0 to 1.",
    )
    group.add_argument(
        "--min-agreement",
        metavar="SHARE",
        type=number(low=0, high=1),
        default=_DEFAULTS.min_agreement,
        help=f"Smallest acceptable share of images with {reference} label, 0 to 1.",
    )
    group.add_argument(
        "--confidence",
        metavar="SHARE",
        type=number(low=0.5, high=0.9999),
        default=_DEFAULTS.confidence,
        help="Confidence of the intervals that decide, 0.5 to 0.9999.",
    )
    group.add_argument("--strict", action="store_true", help="Exit with status 1 on every inconclusive.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `evaluate` takes."""
    parser.add_argument("run", metavar="RUN|FILE", type=path, help="Run folder, or with --data a model file.")
    parser.add_argument(
        "--format", metavar="NAMES", help="Formats to compare, separated by commas; all that are there if not given."
    )
    parser.add_argument(
        "--split", metavar="NAME", type=one_of("test", "val"), default="test", help="Which images: test or val."
    )
    parser.add_argument(
        "--threads",
        metavar="N",
        type=whole_number(low=1),
        help="Threads for inference; the library's choice if not given.",
    )
    parser.add_argument("--json", action="store_true", help="Print what accuracy.json says of these formats.")
    add_acceleration_options(parser)
    add_file_options(parser, data="Images to evaluate a model file on: a folder per class, or a CSV.")
    add_threshold_options(parser, reference="the float model's")


def run(arguments: argparse.Namespace) -> int:
    """Compares the formats; the exit status is what the worst of them deserves."""
    from ..evaluation.accuracy import evaluate_run
    from ..evaluation.selection import chosen_formats
    from ..library_noise import captured
    from ..run.run_folder import open_run

    model = file_in(arguments)
    if model is not None:
        return _evaluate_file(model, arguments)
    folder = open_run(arguments.run)
    thresholds = Thresholds(
        max_drop=arguments.max_drop, min_agreement=arguments.min_agreement, confidence=arguments.confidence
    )
    acceleration = acceleration_by(arguments)
    chosen = chosen_formats(folder, arguments.format, with_reference=False, acceleration=acceleration)
    with captured():
        outcomes = evaluate_run(
            folder,
            chosen.formats,
            thresholds=thresholds,
            split=arguments.split,
            threads=arguments.threads,
            acceleration=acceleration,
        )
    alone = folder.imported_finished() is not None
    compared = [Measured(each.format, each.comparison, each.cause) for each in outcomes if each.comparison]
    if arguments.json:
        _print_json(folder, compared, arguments.split)
    elif alone:
        _print_alone(compared)
    else:
        print_comparison(compared, reference=folder.reference().name)
    failed = report_errors(
        [*((each.format, each.error) for each in outcomes if each.error is not None), *chosen.left_out],
        named=arguments.format is not None,
        done=len(compared),
    )
    # A file that was made elsewhere can only be compared with itself, which tells nothing but its accuracy.
    decisions = () if alone else (each.comparison.decision for each in compared)
    return exit_status_of(decisions, strict=arguments.strict) or failed


COMMAND = Command(
    summary="Compare every format with the float model, image by image; exit with status 1 if one must not ship.",
    details=POLICY,
    example="edgewright evaluate runs/digits --format tflite-int8 --max-drop 0.005",
    add_arguments=add_arguments,
    run=run,
)


def _print_json(run: RunFolder, compared: Sequence[Measured], split: str) -> None:
    """What accuracy.json says of these formats now."""
    from ..strict_json import read_object

    written = read_object(run.accuracy)
    rows = {each.name: written[each.name][split] for each in compared}
    print(json.dumps(rows, indent=2, ensure_ascii=False))
    print_loud_lines(compared, to=sys.stderr)


def _evaluate_file(model: Path, arguments: argparse.Namespace) -> int:
    from ..evaluation.file_accuracy import evaluate_file
    from ..library_noise import captured

    if arguments.data is None:
        raise EdgewrightError(
            f"{model} is a model file, which names no images; give labelled ones with --data DATA, or compare it with "
            f"another file: edgewright gate"
        )
    with captured():
        found = evaluate_file(
            model,
            arguments.data,
            labels=arguments.labels,
            preprocessing=arguments.preprocessing,
            threads=arguments.threads,
            acceleration=acceleration_by(arguments),
        )
    for note in found.notes:
        print(f"Note: {note}", file=sys.stderr)
    warn_of(found.rejected)
    if arguments.json:
        print(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
    else:
        print(
            f"{model.name}: top-1 {found.top1:.2%} on {found.n} images (95 % interval {found.top1_low:.1%} to "
            f"{found.top1_high:.1%}), expected calibration error {found.calibration_error:.3f} ({found.library})"
        )
    return EXIT_DONE


def warn_of(left_out: Sequence[RejectedFile]) -> None:
    """Names the first files that were left out, and says how many more."""
    for file in left_out[:_NAMED_LEFT_OUT]:
        print(f"Warning: left out {file.path}: {file.reason}", file=sys.stderr)
    if len(left_out) > _NAMED_LEFT_OUT:
        print(f"Warning: left out {len(left_out) - _NAMED_LEFT_OUT} more files", file=sys.stderr)


_NAMED_LEFT_OUT = 5


def _print_alone(measured: Sequence[Measured]) -> None:
    from ..evaluation.statistics import wilson_interval

    for name, comparison, _ in measured:
        if comparison.top1 is None:
            print(
                f"{name}: the run's {comparison.n} images have no labels, and it was made elsewhere and has no float "
                f"model beside it, so that there is nothing to compare it with; see edgewright gate."
            )
            continue
        low, high = wilson_interval(comparison.top1 * comparison.n, comparison.n, confidence=0.95)
        print(
            f"{name}: top-1 {comparison.top1:.2%} on {comparison.n} images (95 % interval {low:.1%} to {high:.1%}). It "
            f"was made elsewhere and has no float model beside it to be compared with; see edgewright gate."
        )


class Measured(NamedTuple):
    """A candidate's name, how it compares, and the likely cause where it failed."""

    name: str
    comparison: Comparison
    cause: str | None


def print_comparison(measured: Sequence[Measured], *, reference: str) -> None:
    """Prints one row per candidate, and under the table what did not pass and why."""
    if not measured:
        return
    from ..console import Column, print_table

    first = measured[0].comparison
    print_table(
        f"Against {reference} {_on_images(first)}",
        [
            Column("format"),
            Column("top-1", numeric=True),
            Column("drop, points", numeric=True),
            Column("its interval", numeric=True),
            Column("agreement", numeric=True),
            Column("prob. diff. max", numeric=True),
            Column("mean", numeric=True),
            Column("verdict"),
        ],
        [_row(name, comparison) for name, comparison, _ in measured],
    )
    print_loud_lines(measured, to=sys.stdout)


def print_loud_lines(measured: Sequence[Measured], *, to: TextIO) -> None:
    """Says loudly what did not pass, why, and what the likely cause is."""
    for name, comparison, cause in measured:
        line = loud_line(name, comparison.decision)
        if line is not None:
            print(line, file=to)
        if cause is not None:
            print(f"Likely cause: {name}: {cause}", file=to)


def _on_images(comparison: Comparison) -> str:
    if comparison.reference_top1 is None:
        return f"on {comparison.n} images without labels"
    return f"(top-1 {comparison.reference_top1:.2%}) on {comparison.n} images"


def _row(name: str, comparison: Comparison) -> tuple[str, ...]:
    found = comparison.decision
    return (
        name,
        "?" if comparison.top1 is None else f"{comparison.top1:.2%}",
        "?" if found.drop is None else f"{100 * found.drop:+.2f}",
        f"{100 * found.drop_low:+.2f} to {100 * found.drop_high:+.2f}",
        f"{found.agreement:.2%}",
        f"{comparison.largest_probability_difference:.4f}",
        f"{comparison.mean_probability_difference:.5f}",
        f"[{_VERDICT_STYLE[found.verdict]}]{found.verdict}[/]",
    )
