"""`edgewright gate`: the accuracy gate on two model files from anywhere."""

from __future__ import annotations

import argparse
import json
import sys

from ..command_line import Command, path
from ..evaluation.gate import Thresholds
from ..evaluation.policy import POLICY, exit_status_of
from .evaluate import Measured, add_threshold_options, print_comparison, print_loud_lines, warn_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `gate` takes."""
    parser.add_argument("reference", metavar="REFERENCE", type=path, help="The model to compare with.")
    parser.add_argument("candidate", metavar="CANDIDATE", type=path, help="The model to compare.")
    parser.add_argument("data", metavar="DATA", type=path, help="Held-back images: a folder per class, or a CSV.")
    parser.add_argument(
        "--labels", metavar="FILE", type=path, help="labels.txt of both models, if each has none beside it."
    )
    parser.add_argument(
        "--preprocessing", metavar="FILE", type=path, help="preprocessing.json of both models, likewise."
    )
    parser.add_argument("--json", action="store_true", help="Print one JSON object.")
    add_threshold_options(parser, reference="the reference's")


def run(arguments: argparse.Namespace) -> int:
    """Compares the two models; the exit status says whether the candidate may ship."""
    from ..evaluation.file_gate import gate_files
    from ..library_noise import captured

    thresholds = Thresholds(
        max_drop=arguments.max_drop, min_agreement=arguments.min_agreement, confidence=arguments.confidence
    )
    with captured():
        result = gate_files(
            arguments.reference,
            arguments.candidate,
            arguments.data,
            labels=arguments.labels,
            preprocessing=arguments.preprocessing,
            thresholds=thresholds,
        )
    for note in result.notes:
        print(f"Note: {note}", file=sys.stderr)
    warn_of(result.rejected)
    compared = Measured(arguments.candidate.name, result.comparison, result.cause)
    if arguments.json:
        print(json.dumps(result.to_dict(), indent=2, ensure_ascii=False))
        print_loud_lines([compared], to=sys.stderr)
    else:
        print_comparison([compared], reference=arguments.reference.name)
    return exit_status_of([result.comparison.decision], strict=arguments.strict)


COMMAND = Command(
    summary="Compare a model with another, wherever they were made: status 0 on pass, 1 on fail.",
    details=POLICY,
    example="edgewright gate model.keras model.tflite photos/ --labels labels.txt --preprocessing preprocessing.json",
    add_arguments=add_arguments,
    run=run,
)
