"""What `edgewright classify` does once its command line is understood."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..backends.hardware.acceleration import LIBRARY_DECIDES, Acceleration
from ..classifier import Classifier
from ..errors import EXIT_BAD_INPUT, EXIT_DONE
from ..hashing import sha256_of_file
from ..labelling.row import Row, is_utf8
from ..labelling.sources import STANDARD_INPUT, image_paths
from ..labelling.workers import rows_of_images
from ..library_noise import captured
from ..machine import cores
from ..preprocessing.source import described

if TYPE_CHECKING:
    from ..console import StatusLine
    from ..labelling.row_file import RowFile

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
        return rows_of_images(paths, unused.pop, workers=workers, top_k=request.top_k)

    paths = image_paths(request.sources, standard_input=sys.stdin)
    began = time.perf_counter()
    if request.out is not None:
        counted = to_file(
            request.out, lambda file: label(_undone(paths, file)), origin_of(first, request), what="images"
        )
    elif request.as_json:
        counted = as_list(label(paths))
    else:
        counted = printed(label(paths), request.rows, first.class_names)
    if request.out is not None or not request.as_json:
        print(summary(first, counted, time.perf_counter() - began), file=sys.stderr)
    return EXIT_BAD_INPUT if counted.unreadable else EXIT_DONE


class Counted(NamedTuple):
    """How many images were labelled, could not be read now or earlier, or had a row already."""

    images: int = 0
    unreadable: int = 0
    kept: int = 0

    def and_one(self, row: Row) -> Counted:
        """With one more."""
        return self._replace(images=self.images + 1, unreadable=self.unreadable + (row.error is not None))


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


def to_file(
    out: Path,
    rows_beside: Callable[[RowFile], Iterable[Row]],
    origin: dict[str, Any],
    *,
    what: str,
    frames: bool = False,
) -> Counted:
    """Writes rows to a file, or goes on with one that was begun.

    Args:
        out: the file.
        rows_beside: the rows that are to be added to it as it is.
        origin: what the rows depend on but the images.
        what: is labelled, `images` or `frames`, for messages.
        frames: whether rows are of frames.

    Raises:
        EdgewrightError: the file cannot be written, or holds rows of something else.
    """
    from ..console import status
    from ..labelling.row_file import RowFile

    with RowFile(out, origin, frames=frames) as file, status() as line:
        line.start(f"Labelling into {out}")
        counted = Counted(kept=file.kept, unreadable=file.unreadable)
        try:
            for row in rows_beside(file):
                file.add(row)
                counted = counted.and_one(row)
                line.detail(f"{counted.images} {what}")
        except KeyboardInterrupt:
            print(f"{counted.images} rows are in {file.partial}; the same command goes on.", file=sys.stderr)
            raise
        file.finish()
    return counted


def _undone(paths: Iterable[str], file: RowFile) -> Iterator[str]:
    """Those that have no row yet, each once."""
    begun: set[str] = set()
    for path in paths:
        if path not in file and path not in begun:
            begun.add(path)
            if len(begun) > _REMEMBERED:
                begun = {each for each in begun if each not in file}
            yield path


_REMEMBERED = 1000
"""Paths that are begun but may have no row yet; those that have one by now are forgotten."""


def as_list(rows: Iterable[Row]) -> Counted:
    """Prints all rows as one JSON list."""
    counted, values = Counted(), []
    for row in rows:
        counted = counted.and_one(row)
        values.append(as_listed(row))
    text = json.dumps(values, indent=2, ensure_ascii=False)
    print(text if is_utf8(text) else json.dumps(values, indent=2))
    return counted


def as_listed(row: Row) -> dict[str, Any]:
    """Without what says nothing: an image has either labels or an error."""
    value = row.to_dict()
    return {"path": row.path, "error": row.error} if row.error is not None else {**value, "error": None}


def printed(rows: Iterable[Row], form: str | None, class_names: Sequence[str], *, frames: bool = False) -> Counted:
    """Prints rows as they come: as jsonl, csv, or lines for people; `frames` are those of videos and cameras."""
    counted = Counted()
    write, header = (None, "") if form is None else _writer(form, frames)
    if header:
        print(header, end="", flush=True)
    with _progress() as line:
        for row in rows:
            counted = counted.and_one(row)
            if write is not None:
                print(_printable(write(row)), end="", flush=True)
            elif row.error is not None:
                print(f"Error: {row.error}", file=sys.stderr)
            else:
                at = "" if row.seconds is None else f" at {row.seconds:.2f} s"
                print(f"{described(row.path)}{at}: {_in_words(row, class_names)}", flush=True)
            line.detail(f"{counted.images} {'frames' if frames else 'images'}")
    return counted


@contextlib.contextmanager
def _progress() -> Iterator[StatusLine]:
    """A line that tells how many there are, where rows go into a file or pipe and somebody watches the terminal."""
    from ..console import SILENT, status

    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield SILENT
        return
    with status() as line:
        line.start("Labelling")
        yield line


def _printable(text: str) -> str:
    """The same where the terminal or pipe takes it; else with escapes in place of bytes that are no UTF-8."""
    if getattr(sys.stdout, "errors", "strict") != "strict":
        return text
    return text.encode("utf-8", "backslashreplace").decode()


def _writer(form: str, frames: bool) -> tuple[Callable[[Row], str], str]:
    from ..labelling.writers import writer_named

    return writer_named(form, frames=frames)


def _in_words(row: Row, class_names: Sequence[str]) -> str:
    return ", ".join(f"{class_names[found.index]} {found.probability:.1%}" for found in row.predictions)


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
