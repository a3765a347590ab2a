"""Measures one format in this process, which does nothing else: so load time and peak memory are its own.

Started by `latency` as `python -m edgewright_runtime.evaluation.speed.worker ORDER`, with a JSON object for ORDER.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import EdgewrightError
from ...hashing import files_of, sha256_of_file
from ...run.manifest import listed_sha256

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...classifier import Classifier
    from .figures import LatencyFigures, Timing
    from .order import Order
    from .timing import Sampling


def measure(order: Order, *, began: float) -> LatencyFigures:
    """The figures of one format.

    Args:
        order: what to measure, and how.
        began: when this process began, by `time.perf_counter`.
    """
    from ...classifier import Classifier
    from ...machine import machine
    from .environment import benchmark_warnings, moment, peak_memory_mb
    from .figures import LatencyFigures

    classifier = Classifier.open(
        order.model,
        format=order.format,
        threads=order.threads,
        acceleration=order.acceleration,
        labels=None if order.labels is None else Path(order.labels),
        preprocessing=None if order.preprocessing is None else Path(order.preprocessing),
    )
    loaded = time.perf_counter()
    images = [Path(image) for image in order.images]
    pixels = [classifier.decoder.apply(image)[None] for image in images]
    before_first = time.perf_counter()
    classifier.probabilities(pixels[0])
    first_ms = 1000 * (time.perf_counter() - before_first)
    this, before = machine(), moment()
    inference, preprocessing, total = _timings(classifier, images, pixels, order.sampling)
    after = moment()
    return LatencyFigures(
        inference=inference,
        preprocessing=preprocessing,
        total=total,
        cold_load_ms=1000 * (loaded - began),
        first_inference_ms=first_ms,
        size_bytes=_size_bytes(classifier.path),
        peak_memory_mb=peak_memory_mb(),
        threads=order.threads,
        library=classifier.backend.library,
        decoder=classifier.decoder.library,
        machine=this,
        before=before,
        after=after,
        warnings=(*classifier.backend.notes, *benchmark_warnings(this, before, after)),
        sha256=_sha256(classifier.path),
        acceleration=order.acceleration.described(),
    )


def _timings(
    classifier: Classifier, images: list[Path], pixels: list[Any], sampling: Sampling
) -> tuple[Timing, Timing, Timing]:
    """Inference alone, preprocessing alone, and both together."""
    from .figures import Timing
    from .timing import sample

    apply, infer = classifier.decoder.apply, classifier.probabilities
    parts: tuple[Callable[[int], object], ...] = (
        lambda turn: infer(pixels[turn % len(pixels)]),
        lambda turn: apply(images[turn % len(images)]),
        lambda turn: infer(apply(images[turn % len(images)])[None]),
    )
    inference, preprocessing, total = (Timing.of(sample(part, sampling)) for part in parts)
    return inference, preprocessing, total


def _sha256(path: Path) -> str | None:
    """As the manifest has it, with which the file was compared, or its own; None of a folder."""
    return listed_sha256(path) or (sha256_of_file(path) if path.is_file() else None)


def _size_bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in files_of(path))


def main() -> int:
    """Does what the order in the first argument says; the exit status is that of the error, if there was one."""
    began = time.perf_counter()
    from .order import Order

    try:
        order = Order.from_dict(json.loads(sys.argv[1]))
        figures = measure(order, began=began)
    except EdgewrightError as error:
        print(f"Error: {error}", file=sys.stderr)
        return error.exit_status
    Path(order.figures).write_text(json.dumps(figures.to_dict()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
