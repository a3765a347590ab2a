"""`edgewright classify`: labels for images, offline."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import EXIT_BAD_INPUT, ImageReadError


def classify(
    model: Annotated[Path, typer.Argument(metavar="RUN|FILE", help="Run folder or model file.", show_default=False)],
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Image files.", show_default=False)],
    format_name: Annotated[
        str | None, typer.Option("--format", help="Which of the run's formats; its smallest and fastest if not given.")
    ] = None,
    top_k: Annotated[int, typer.Option("--top-k", min=1, help="How many labels an image.")] = 3,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads for inference; the library's choice if not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list, in the order of the images.")] = False,
) -> None:
    """Label images with a converted model, offline.

    Example: edgewright classify runs/digits data/digits/7/0007.png --format tflite-int8
    """
    from ..classifier import Classifier

    classifier = Classifier.open(model, format=format_name, threads=threads)
    for note in classifier.backend.notes:
        print(f"Warning: {note}", file=sys.stderr)
    answers = [_answer(classifier, image, top_k) for image in images]
    if as_json:
        print(json.dumps(answers, indent=2, ensure_ascii=False))
    else:
        _print_lines(answers)
        print(f"({classifier.format}, {classifier.backend.library})", file=sys.stderr)
    if any("error" in answer for answer in answers):
        raise typer.Exit(EXIT_BAD_INPUT)


def _answer(classifier: Any, image: Path, top_k: int) -> dict[str, Any]:
    try:
        predictions = classifier.classify(image, top_k=top_k)
    except ImageReadError as error:
        return {"path": str(image), "error": str(error)}
    return {"path": str(image), "predictions": [prediction._asdict() for prediction in predictions]}


def _print_lines(answers: list[dict[str, Any]]) -> None:
    for answer in answers:
        if "error" in answer:
            print(f"Error: {answer['error']}", file=sys.stderr)
            continue
        labels = ", ".join(f"{found['label']} {found['probability']:.1%}" for found in answer["predictions"])
        print(f"{answer['path']}: {labels}")
