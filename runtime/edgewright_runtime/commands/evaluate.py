"""`edgewright evaluate`: does every format still give the float model's answers?"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import EXIT_CHECK_FAILED, EdgewrightError
from ..evaluation.gate import Thresholds

if TYPE_CHECKING:
    from ..evaluation.accuracy import FormatAccuracy
    from ..evaluation.comparison import Comparison

_DEFAULTS = Thresholds()
_VERDICT_STYLE = {"pass": "bold green", "fail": "bold red", "inconclusive": "bold yellow"}


def evaluate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.", show_default=False)],
    formats: Annotated[
        str | None,
        typer.Option("--format", help="Formats to compare, separated by commas; all that are there if not given."),
    ] = None,
    split: Annotated[str, typer.Option(help="Which images: test or val.")] = "test",
    max_drop: Annotated[float, typer.Option(help="Largest acceptable drop in accuracy, 0 to 1.")] = _DEFAULTS.max_drop,
    min_agreement: Annotated[
        float, typer.Option(help="Smallest acceptable share of images with the float model's label, 0 to 1.")
    ] = _DEFAULTS.min_agreement,
    confidence: Annotated[float, typer.Option(help="Confidence of the intervals that decide, 0.5 to 0.9999.")] = (
        _DEFAULTS.confidence
    ),
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads for inference; the library's choice if not given.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with status 1 on inconclusive as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what accuracy.json says of these formats.")] = False,
) -> None:
    """Compare every format with the float model, image by image; exit with status 1 if one must not ship.

    Example: edgewright evaluate runs/digits --format tflite-int8 --max-drop 0.005
    """
    from ..evaluation.accuracy import evaluate_run
    from ..evaluation.selection import chosen_formats
    from ..library_noise import captured
    from ..run.run_folder import open_run
    from ..strict_json import read_object

    folder = open_run(run)
    thresholds = Thresholds(max_drop=max_drop, min_agreement=min_agreement, confidence=confidence)
    chosen = chosen_formats(folder, formats, with_reference=False)
    with captured():
        outcomes = evaluate_run(folder, chosen, thresholds=thresholds, split=split, threads=threads)
    if as_json:
        written = read_object(folder.accuracy)
        print(json.dumps({o.format: written[o.format] for o in outcomes if o.comparison}, indent=2, ensure_ascii=False))
    else:
        measured = [(outcome.format, outcome.comparison, outcome.cause) for outcome in outcomes if outcome.comparison]
        print_comparison(measured, reference=folder.reference().name)
    for outcome in outcomes:
        if outcome.error is not None:
            print(f"Error: {outcome.format}: {outcome.error}", file=sys.stderr)
    status = exit_status_of(outcomes, strict=strict)
    if status:
        raise typer.Exit(status)


def exit_status_of(outcomes: tuple[FormatAccuracy, ...], *, strict: bool) -> int:
    """1 if a format failed (or is inconclusive, when strict), else what the formats that could not be run deserve."""
    refused = {"fail", "inconclusive"} if strict else {"fail"}
    if any(outcome.comparison and outcome.comparison.judgement.verdict in refused for outcome in outcomes):
        return EXIT_CHECK_FAILED
    return max((_status_of(outcome.error) for outcome in outcomes), default=0)


def _status_of(error: EdgewrightError | None) -> int:
    return 0 if error is None else error.exit_status


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
    found = comparison.judgement
    if found.verdict != "pass":
        print(f"{found.verdict.upper()}: {name}: {found.why}")
    if cause is not None:
        print(f"Likely cause: {name}: {cause}")


def _row(name: str, comparison: Comparison) -> tuple[str, ...]:
    found = comparison.judgement
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
