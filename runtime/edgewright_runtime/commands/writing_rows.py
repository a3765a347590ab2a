"""Where rows go: into a file, to be gone on with, into one JSON list, or to the terminal as they come."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..labelling.row import Row, is_utf8
from ..preprocessing.source import described

if TYPE_CHECKING:
    from ..labelling.row_file import RowFile


class Counted(NamedTuple):
    """How many images were labelled, could not be read now or earlier, or had a row already."""

    images: int = 0
    unreadable: int = 0
    kept: int = 0

    def and_one(self, row: Row) -> Counted:
        """With one more."""
        return self._replace(images=self.images + 1, unreadable=self.unreadable + (row.error is not None))


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


def undone(paths: Iterable[str], file: RowFile) -> Iterator[str]:
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
    with _progress() as tell:
        for row in rows:
            counted = counted.and_one(row)
            if write is not None:
                print(_printable(write(row)), end="", flush=True)
            elif row.error is not None:
                print(f"Error: {row.error}", file=sys.stderr)
            else:
                at = "" if row.seconds is None else f" at {row.seconds:.2f} s"
                print(f"{described(row.path)}{at}: {_in_words(row, class_names)}", flush=True)
            tell(f"{counted.images} {'frames' if frames else 'images'}")
    return counted


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """What to tell how many there are, where rows go into a file or pipe and somebody watches the terminal."""
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield _nobody
        return
    from ..console import status  # here, for one image has no use for it

    with status() as line:
        line.start("Labelling")
        yield line.detail


def _nobody(_: str) -> None:
    pass


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
