"""`edgewright gate`: the accuracy gate on two model files from anywhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..errors import EXIT_CHECK_FAILED
from ..evaluation.gate import PASS, Thresholds

_DEFAULTS = Thresholds()


def gate(
    reference: Annotated[
        Path, typer.Argument(metavar="REFERENCE", help="The model to compare with.", show_default=False)
    ],
    candidate: Annotated[Path, typer.Argument(metavar="CANDIDATE", help="The model to judge.", show_default=False)],
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="Held-back images: a folder per class, or a CSV.", show_default=False)
    ],
    labels: Annotated[Path, typer.Option("--labels", help="labels.txt of both models.", show_default=False)],
    preprocessing: Annotated[
        Path, typer.Option("--preprocessing", help="preprocessing.json of both models.", show_default=False)
    ],
    max_drop: Annotated[float, typer.Option(help="Largest acceptable drop in accuracy, 0 to 1.")] = _DEFAULTS.max_drop,
    min_agreement: Annotated[
        float, typer.Option(help="Smallest acceptable share of images with the reference's label, 0 to 1.")
    ] = _DEFAULTS.min_agreement,
    confidence: Annotated[
        float, typer.Option(help="Confidence of the intervals that decide, 0.5 to 0.9999.")
    ] = _DEFAULTS.confidence,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with status 1 on inconclusive as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Judge a model against another, wherever they were made: status 0 on pass, 1 on fail.

    Example: edgewright gate model.keras model.tflite photos/ --labels labels.txt --preprocessing preprocessing.json
    """
    from ..evaluation.file_gate import gate_files
    from .evaluate import print_comparison

    thresholds = Thresholds(max_drop=max_drop, min_agreement=min_agreement, confidence=confidence)
    result = gate_files(reference, candidate, data, labels=labels, preprocessing=preprocessing, thresholds=thresholds)
    for note in result.notes:
        print(f"Note: {note}", file=sys.stderr)
    for file in result.rejected:
        print(f"Warning: left out {file.path}: {file.reason}", file=sys.stderr)
    if as_json:
        print(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
    else:
        print_comparison([(candidate.name, result.comparison, result.cause)], reference=reference.name)
    verdict = result.comparison.judgement.verdict
    if as_json and verdict != PASS:
        print(f"{verdict.upper()}: {result.comparison.judgement.why}", file=sys.stderr)
    if verdict == "fail" or (strict and verdict != PASS):
        raise typer.Exit(EXIT_CHECK_FAILED)
