"""Measures one format in this process, which does nothing else: so load time and peak memory are its own.

Started by `latency` as `python -m edgewright_runtime.evaluation.worker ORDER`, with a JSON object for ORDER.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EdgewrightError
from ..hashing import files_of

if TYPE_CHECKING:
    from ..classifier import Classifier


def measure(order: dict[str, Any], *, began: float) -> dict[str, Any]:
    """The figures of one format.

    Args:
        order: run, format, images, sampling, threads.
        began: when this process began, by `time.perf_counter`.

    Returns:
        A JSON object: percentiles and samples of inference; the same of preprocessing and of both together;
        `cold_load_ms` from the start of Python code to a loaded model, `first_inference_ms`, `size_bytes`,
        `peak_memory_mb`.
    """
    from ..classifier import Classifier
    from .environment import cautions, machine, moment, peak_memory_mb
    from .timing import Sampling

    classifier = Classifier.open(order["run"], format=order["format"], threads=order["threads"])
    loaded = time.perf_counter()
    images = [Path(image) for image in order["images"]]
    pixels = [classifier.preprocessing.apply(image)[None] for image in images]
    before_first = time.perf_counter()
    classifier.probabilities(pixels[0])
    first_ms = 1000 * (time.perf_counter() - before_first)
    this, before = machine(), moment()
    timings = _timings(classifier, images, pixels, Sampling(**order["sampling"]))
    after = moment()
    return {
        **timings.pop("inference"),
        **timings,
        "cold_load_ms": 1000 * (loaded - began),
        "first_inference_ms": first_ms,
        "size_bytes": _size_bytes(classifier.path),
        "peak_memory_mb": peak_memory_mb(),
        "threads": order["threads"],
        "library": classifier.backend.library,
        "machine": asdict(this),
        "before": asdict(before),
        "after": asdict(after),
        "warnings": [*classifier.backend.notes, *cautions(this, before, after)],
    }


def _timings(classifier: Classifier, images: list[Path], pixels: list[Any], sampling: Any) -> dict[str, Any]:
    from .timing import sample, summarise

    apply, infer = classifier.preprocessing.apply, classifier.probabilities
    parts = {
        "inference": lambda turn: infer(pixels[turn % len(pixels)]),
        "preprocessing": lambda turn: apply(images[turn % len(images)]),
        "total": lambda turn: infer(apply(images[turn % len(images)])[None]),
    }
    found = {}
    for name, run in parts.items():
        samples = sample(run, sampling)
        found[name] = {**asdict(summarise(samples)), "samples_ms": [round(value, 4) for value in samples]}
    return found


def _size_bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in files_of(path))


def main() -> int:
    """Does what the order in the first argument says; the exit status is that of the error, if there was one."""
    began = time.perf_counter()
    order = json.loads(sys.argv[1])
    try:
        figures = measure(order, began=began)
    except EdgewrightError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit_status
    Path(order["answer"]).write_text(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
