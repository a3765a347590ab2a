"""What `edgewright classify` does once its command line is understood."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from ..classifier import Classifier
from ..errors import EXIT_BAD_INPUT, EXIT_DONE, ImageReadError
from ..library_noise import captured

DEFAULT_TOP_K = 3


class Request(NamedTuple):
    """What to classify, and how.

    Attributes:
        model: run folder or model file.
        images: image files.
        format_name: which of the run's formats; None for the one that `Classifier.open` prefers.
        top_k: how many labels an image.
        threads: for inference; None for the library's choice.
        as_json: one JSON list, not lines.
        calibrated: whether the temperature that the training has learned is applied.
    """

    model: Path
    images: tuple[Path, ...]
    format_name: str | None = None
    top_k: int = DEFAULT_TOP_K
    threads: int | None = None
    as_json: bool = False
    calibrated: bool = True


def label_images(request: Request) -> int:
    """Prints the labels of each image and returns the exit status: 2 where an image could not be read, else 0.

    Raises:
        EdgewrightError: the model cannot be opened (see `Classifier.open`).
    """
    with captured():
        classifier = Classifier.open(
            request.model, format=request.format_name, threads=request.threads, calibrated=request.calibrated
        )
    temperature = classifier.temperature
    for note in (*classifier.backend.notes, *filter(None, [temperature.why_not])):
        print(f"Warning: {note}", file=sys.stderr)
    rows = [_labelled(classifier, image, request.top_k) for image in request.images]
    if request.as_json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        _print_lines(rows, classifier.class_names)
        why = f"; {classifier.why}" if classifier.why else ""
        by = "" if temperature.value == 1 else f"; temperature {temperature.value:.3g}"
        print(f"({classifier.format}, {classifier.backend.library}{why}{by})", file=sys.stderr)
    return EXIT_BAD_INPUT if any("error" in row for row in rows) else EXIT_DONE


def _labelled(classifier: Classifier, image: Path, top_k: int) -> dict[str, Any]:
    try:
        predictions = classifier.classify(image, top_k=top_k)
    except ImageReadError as error:
        return {"path": str(image), "error": str(error)}
    return {"path": str(image), "predictions": [asdict(prediction) for prediction in predictions]}


def _print_lines(rows: list[dict[str, Any]], class_names: Sequence[str]) -> None:
    for row in rows:
        if "error" in row:
            print(f"Error: {row['error']}", file=sys.stderr)
            continue
        names = ", ".join(f"{class_names[found['index']]} {found['probability']:.1%}" for found in row["predictions"])
        print(f"{row['path']}: {names}")
