"""One contestant, in a process and perhaps an environment of its own: a label for each photo named, and its time.

    python contestant.py NAME MODEL LABELS

Reads a path per line, writes a JSON object per line: `label`, and `ms` from the file's name to the label. It imports
nothing of Edgewright but where that is the contestant, so that it runs where that is not installed.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Label = Callable[[str], str]


def edgewright(model: str, labels: str, **options: Any) -> Label:
    from edgewright_runtime import Classifier

    classifier = Classifier.open(model, labels=Path(labels), **options)
    return lambda photo: classifier.classify(photo, top_k=1)[0].label


def edgewright_pillow(model: str, labels: str) -> Label:
    return edgewright(model, labels, decoder="pillow")


def edgewright_two_threads(model: str, labels: str) -> Label:
    return edgewright(model, labels, threads=2)


def script(model: str, labels: str) -> Label:
    """What people write: Pillow's full decode, and the interpreter."""
    import numpy as np
    from PIL import Image

    invoke, (height, width), names = *_interpreter(model), _names(labels)

    def label(photo: str) -> str:
        image = Image.open(photo).convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
        return names[int(invoke(np.asarray(image)[np.newaxis]).argmax())]

    return label


def floor(model: str, _: str) -> Label:
    """The least that must be done: Pillow's scaled decode, and the interpreter on pixels that are there already."""
    import numpy as np
    from PIL import Image

    invoke, (height, width) = _interpreter(model)
    pixels = np.zeros((1, height, width, 3), np.uint8)

    def label(photo: str) -> str:
        image = Image.open(photo)
        image.draft("RGB", (2 * width, 2 * height))
        image.load()
        invoke(pixels)
        return ""

    return label


def mediapipe(model: str, _: str) -> Label:
    import mediapipe as library
    from mediapipe.tasks import python as tasks

    options = tasks.vision.ImageClassifierOptions(base_options=tasks.BaseOptions(model_asset_path=model), max_results=1)
    classifier = tasks.vision.ImageClassifier.create_from_options(options)

    def label(photo: str) -> str:
        (head,) = classifier.classify(library.Image.create_from_file(photo)).classifications
        return str(head.categories[0].category_name)

    return label


def _interpreter(model: str) -> tuple[Callable[[Any], Any], tuple[int, int]]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model)
    interpreter.allocate_tensors()
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()

    def invoke(pixels: Any) -> Any:
        interpreter.set_tensor(taken["index"], pixels)
        interpreter.invoke()
        return interpreter.get_tensor(given["index"])[0]

    return invoke, (int(taken["shape"][1]), int(taken["shape"][2]))


def _names(labels: str) -> list[str]:
    return Path(labels).read_text(encoding="utf-8").splitlines()


CONTESTANTS = {
    "edgewright": edgewright,
    "edgewright-two-threads": edgewright_two_threads,
    "edgewright-pillow": edgewright_pillow,
    "floor": floor,
    "script": script,
    "mediapipe": mediapipe,
}


def main() -> None:
    name, model, labels = sys.argv[1:]
    label = CONTESTANTS[name](model, labels)
    for line in sys.stdin:
        photo = line.rstrip("\n")
        began = time.perf_counter()
        found = label(photo)
        print(json.dumps({"label": found, "ms": 1000 * (time.perf_counter() - began)}), flush=True)


if __name__ == "__main__":
    main()
