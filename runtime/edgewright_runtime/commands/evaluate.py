"""`edgewright evaluate`: does every format still give the float model's answers?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..command_line import Command, number, one_of, path, whole_number
from ..errors import EXIT_CHECK_FAILED
from ..evaluation.gate import Thresholds
from .failures import report_errors

if TYPE_CHECKING:
    from ..evaluation.accuracy import FormatAccuracy
    from ..evaluation.comparison import Comparison
    from ..evaluation.gate import Decision

POLICY = (
    "Status 0 on pass; 1 on fail; on inconclusive (too few images to tell) 0 with a loud line, or 1 where what was "
    "measured is already beyond a limit. --strict makes every inconclusive 1."
)

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
    parser.add_argument("run", metavar="RUN", type=path, help="Run folder.")
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
    add_threshold_options(parser, reference="the float model's")


def run(arguments: argparse.Namespace) -> int:
    """Compares the formats; the exit status is what the worst of them deserves."""
    from ..evaluation.accuracy import evaluate_run
    from ..evaluation.selection import chosen_formats
    from ..library_noise import captured
    from ..run.run_folder import open_run
    from ..strict_json import read_object

    folder = open_run(arguments.run)
    thresholds = Thresholds(
        max_drop=arguments.max_drop, min_agreement=arguments.min_agreement, confidence=arguments.confidence
    )
    chosen = chosen_formats(folder, arguments.format, with_reference=False)
    with captured():
        outcomes = evaluate_run(folder, chosen, thresholds=thresholds, split=arguments.split, threads=arguments.threads)
    if arguments.json:
        written = read_object(folder.accuracy)
        print(
            json.dumps(
                {o.format: written[o.format][arguments.split] for o in outcomes if o.comparison},
                indent=2,
                ensure_ascii=False,
            )
        )
    else:
        compared = [(outcome.format, outcome.comparison, outcome.cause) for outcome in outcomes if outcome.comparison]
        print_comparison(compared, reference=folder.reference().name)
    failed = report_errors(
        [(outcome.format, outcome.error) for outcome in outcomes if outcome.error is not None],
        named=arguments.format is not None,
        done=sum(outcome.comparison is not None for outcome in outcomes),
    )
    return EXIT_CHECK_FAILED if must_not_ship(outcomes, strict=arguments.strict) else failed


COMMAND = Command(
    summary="Compare every format with the float model, image by image; exit with status 1 if one must not ship.",
    details=POLICY,
    example="edgewright evaluate runs/digits --format tflite-int8 --max-drop 0.005",
    add_arguments=add_arguments,
    run=run,
)


def must_not_ship(outcomes: Sequence[FormatAccuracy], *, strict: bool) -> bool:
    """Whether one of the formats must not ship; see `Decision.blocks`."""
    return any(each.comparison is not None and each.comparison.decision.blocks(strict=strict) for each in outcomes)


def print_comparison(measured: Sequence[tuple[str, Comparison, str | None]], *, reference: str) -> None:
    """Prints one row per candidate (name, comparison, likely cause), and under the table what did not pass and why."""
    if not measured:
        return
    from ..console import Column, print_table

    first = measured[0][1]
    print_table(
        f"Against {reference} (top-1 {first.reference_top1:.2%}) on {first.n} images",
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
    for name, comparison, cause in measured:
        _print_verdict(name, comparison, cause)


def _print_verdict(name: str, comparison: Comparison, cause: str | None) -> None:
    """Says loudly what did not pass, why, and what the likely cause is."""
    found = comparison.decision
    if found.verdict != "pass":
        print(f"{_loud(found)}: {name}: {found.why}")
    if cause is not None:
        print(f"Likely cause: {name}: {cause}")


def _loud(found: Decision) -> str:
    """The verdict in capitals, and that it forbids shipping where it does without a fail."""
    ships = "" if found.verdict == "fail" or not found.blocks(strict=False) else ", MUST NOT SHIP"
    return f"{found.verdict.upper()}{ships}"


def _row(name: str, comparison: Comparison) -> tuple[str, ...]:
    found = comparison.decision
    return (
        name,
        f"{comparison.top1:.2%}",
        f"{100 * found.drop:+.2f}",
        f"{100 * found.drop_low:+.2f} to {100 * found.drop_high:+.2f}",
        f"{found.agreement:.2%}",
        f"{comparison.largest_probability_difference:.4f}",
        f"{comparison.mean_probability_difference:.5f}",
        f"[{_VERDICT_STYLE[found.verdict]}]{found.verdict}[/]",
    )
