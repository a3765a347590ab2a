"""What `edgewright classify` does once its command line is understood."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..classifier import Classifier
from ..errors import EXIT_BAD_INPUT, EXIT_DONE, ImageReadError
from .plain_classify import Request


def label_images(request: Request) -> int:
    """Prints the labels of each image and returns the exit status: 2 where an image could not be read, else 0.

    Raises:
        EdgewrightError: the model cannot be opened (see `Classifier.open`).
    """
    classifier = Classifier.open(request.model, format=request.format_name, threads=request.threads)
    for note in classifier.backend.notes:
        print(f"Warning: {note}", file=sys.stderr)
    answers = [_answer(classifier, image, request.top_k) for image in request.images]
    if request.as_json:
        print(json.dumps(answers, indent=2, ensure_ascii=False))
    else:
        _print_lines(answers, classifier.class_names)
        print(f"({classifier.format}, {classifier.backend.library})", file=sys.stderr)
    return EXIT_BAD_INPUT if any("error" in answer for answer in answers) else EXIT_DONE


def _answer(classifier: Classifier, image: Path, top_k: int) -> dict[str, Any]:
    try:
        predictions = classifier.classify(image, top_k=top_k)
    except ImageReadError as error:
        return {"path": str(image), "error": str(error)}
    return {"path": str(image), "predictions": [asdict(prediction) for prediction in predictions]}


def _print_lines(answers: list[dict[str, Any]], class_names: Sequence[str]) -> None:
    for answer in answers:
        if "error" in answer:
            print(f"Error: {answer['error']}", file=sys.stderr)
            continue
        names = ", ".join(
            f"{class_names[found['index']]} {found['probability']:.1%}" for found in answer["predictions"]
        )
        print(f"{answer['path']}: {names}")
