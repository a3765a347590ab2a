"""What `edgewright classify` does once its command line is understood."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..backends.hardware.acceleration import LIBRARY_DECIDES, Acceleration
from ..classifier import Classifier
from ..errors import EXIT_BAD_INPUT, EXIT_DONE
from ..hashing import sha256_of_file
from ..labelling.row import Row
from ..labelling.sources import STANDARD_INPUT, image_paths
from ..labelling.workers import rows_of_images
from ..library_noise import captured
from ..machine import cores
from .writing_rows import Counted, as_list, printed, to_file, undone

DEFAULT_TOP_K = 3
_FEW = 8
"""Images that are not worth a classifier for each core, nor the time to import a fast decoder."""


class Request(NamedTuple):
    """What to classify, and how.

    Attributes:
        model: run folder or model file.
        sources: files, folders, patterns, or `-`; see `labelling.sources.image_paths`.
        format_name: which of the run's formats; None for the one that `Classifier.open` prefers.
        top_k: how many labels an image.
        threads: for inference; None for the library's choice.
        as_json: one JSON list at the end, not lines.
        calibrated: whether the temperature that the training has learned is applied.
        out: file of rows to write, and to go on with; None to print them.
        rows: how rows are printed, `jsonl` or `csv`; None for lines for people.
        workers: how many images at a time; None for one per core where there are many.
        labels: labels.txt of the model; None for the one beside it.
        preprocessing: preprocessing.json of the model; None for the one beside it.
        acceleration: a delegate or execution providers.
        decoder: what decodes images; None for what `Classifier.open` takes, or Pillow where images are few.
    """

    model: Path
    sources: tuple[str, ...]
    format_name: str | None = None
    top_k: int = DEFAULT_TOP_K
    threads: int | None = None
    as_json: bool = False
    calibrated: bool = True
    out: Path | None = None
    rows: str | None = None
    workers: int | None = None
    labels: Path | None = None
    preprocessing: Path | None = None
    acceleration: Acceleration = LIBRARY_DECIDES
    decoder: str | None = None


def label_images(request: Request) -> int:
    """Labels all images and returns the exit status: 2 where one could not be read, now or by a row kept, else 0.

    Raises:
        EdgewrightError: the model cannot be opened (see `Classifier.open`), a source cannot be read, or the rows
            cannot be written.
    """
    # A file may be gone on with when there are more: its decoder does not depend on how many there are now.
    if request.decoder is None and request.out is None and _are_few(request):
        request = request._replace(decoder="pillow")
    workers = _workers(request)
    first = opened(request, workers)
    warn_of(first)
    # All at once: what keeps libraries quiet while they load would swallow rows that are printed meanwhile.
    unused = [first, *(opened(request, workers) for _ in range(workers - 1))]

    def label(paths: Iterable[str]) -> Iterator[Row]:
        one_by_one = STANDARD_INPUT in request.sources
        return rows_of_images(paths, unused.pop, workers=workers, top_k=request.top_k, one_by_one=one_by_one)

    paths = image_paths(request.sources, standard_input=sys.stdin)
    began = time.perf_counter()
    if request.out is not None:
        counted = to_file(
            request.out, lambda file: label(undone(paths, file)), origin_of(first, request), what="images"
        )
    elif request.as_json:
        counted = as_list(label(paths))
    else:
        counted = printed(label(paths), request.rows, first.class_names)
    if request.out is not None or not request.as_json:
        print(summary(first, counted, time.perf_counter() - began), file=sys.stderr)
    return EXIT_BAD_INPUT if counted.unreadable else EXIT_DONE


def _workers(request: Request) -> int:
    if request.workers is not None:
        return request.workers
    return 1 if _are_few(request) else cores()


def _are_few(request: Request) -> bool:
    plain = all(source != STANDARD_INPUT and Path(source).is_file() for source in request.sources)
    return plain and len(request.sources) <= _FEW


def warn_of(classifier: Classifier) -> None:
    """Says what is to be known of the model on standard error."""
    for note in (*classifier.backend.notes, *filter(None, [classifier.temperature.why_not])):
        print(f"Warning: {note}", file=sys.stderr)


def opened(request: Request, workers: int) -> Classifier:
    """The classifier of one of so many workers."""
    # One thread each: images side by side keep the cores busier than the parts of one image do.
    threads = 1 if request.threads is None and workers > 1 else request.threads
    with captured():
        return Classifier.open(
            request.model,
            format=request.format_name,
            threads=threads,
            calibrated=request.calibrated,
            labels=request.labels,
            preprocessing=request.preprocessing,
            acceleration=request.acceleration,
            decoder=request.decoder,
        )


def origin_of(classifier: Classifier, request: Request) -> dict[str, Any]:
    """What the rows depend on but the images."""
    model = classifier.path
    return {
        "model": sha256_of_file(model) if model.is_file() else str(model),
        "labels": list(classifier.labels),
        "preprocessing": json.loads(json.dumps(classifier.preprocessing.to_dict())),
        "temperature": classifier.temperature.value,
        "decoder": classifier.decoder.name,
        "top_k": request.top_k,
        **({"acceleration": request.acceleration.described()} if request.acceleration.asked else {}),
    }


def summary(classifier: Classifier, counted: Counted, seconds: float) -> str:
    """What was done, and by what, in one line."""
    why = f"; {classifier.why}" if classifier.why else ""
    temperature = classifier.temperature.value
    by = "" if temperature == 1 else f"; temperature {temperature:.3g}"
    fast = ", fast decoder" if classifier.decoder.name == "fast" else ""
    told = f"({classifier.format}, {classifier.backend.library}{fast}{why}{by})"
    if not counted.images and not counted.kept:
        return f"There was nothing to label {told}"
    if counted.images <= _FEW and not counted.kept:
        return told
    kept = f", {counted.kept} were there" if counted.kept else ""
    unreadable = f", {counted.unreadable} could not be read" if counted.unreadable else ""
    return (
        f"{counted.images} images in {seconds:.1f} s, {counted.images / seconds:.0f} a second{unreadable}{kept} {told}"
    )
