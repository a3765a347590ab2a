"""splits.csv: which image is in which split, with the hash of its content."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import atomic
from ..errors import EdgewrightError

if TYPE_CHECKING:
    import csv

SPLITS = ("train", "val", "test")
COLUMNS = ("path", "label", "split", "sha256")

# Not every CSV reader keeps a line break inside a field; a lone surrogate stands for a byte that is not UTF-8.
_UNWRITABLE = re.compile("[\r\n\0\ud800-\udfff]")


@dataclass(frozen=True)
class SplitRow:
    """One image: a path that opens from the working folder or is absolute, its label, split and content hash.

    The label is empty where the images have none, which is so of all rows or of none.
    """

    path: str
    label: str
    split: str
    sha256: str


def read_splits(path: Path) -> tuple[SplitRow, ...]:
    """The rows of a splits.csv.

    Raises:
        EdgewrightError: the file is missing, lacks a column, names an unknown split, is empty, has labels for some
            images only, or has one file content in two splits.
    """
    import csv  # here, for classify reads no splits

    try:
        # Decoded by hand, for read_text would turn a carriage return inside a quoted path into a line feed.
        text = Path(path).read_bytes().decode("utf-8-sig")
        rows = _rows(csv.DictReader(io.StringIO(text, newline=""), strict=True), path)
    except FileNotFoundError as error:
        raise EdgewrightError(
            f"There is no {path}, which names the images of the run; of a model made elsewhere it comes from "
            f"edgewright import --data PHOTOS"
        ) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EdgewrightError(f"Cannot read {path}: {error}") from error
    if not rows:
        raise EdgewrightError(f"{path} lists no image")
    check_disjoint(rows, str(path))
    return rows


def _rows(reader: csv.DictReader[str], path: Path) -> tuple[SplitRow, ...]:
    absent = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if absent:
        raise EdgewrightError(f"{path} lacks the column(s) {', '.join(absent)}; it needs {', '.join(COLUMNS)}")
    rows = tuple(_row(fields, number, path) for number, fields in enumerate(reader, start=2))
    number = next((number for number, row in enumerate(rows, start=2) if not row.label), None)
    if number is not None and not are_unlabelled(rows):
        raise EdgewrightError(f"Line {number} of {path} has an empty field; every row needs {', '.join(COLUMNS)}")
    return rows


def _row(fields: dict[str, str | None], number: int, path: Path) -> SplitRow:
    values = [fields.get(name) for name in COLUMNS]
    if any(not value for name, value in zip(COLUMNS, values, strict=True) if name != "label" or value is None):
        raise EdgewrightError(f"Line {number} of {path} has an empty field; every row needs {', '.join(COLUMNS)}")
    image, label, split, sha256 = (str(value) for value in values)
    # Tools differ in the case of hex digits, and one content must not pass for two.
    row = SplitRow(image, label, split, sha256.lower())
    if row.split not in SPLITS:
        raise EdgewrightError(f"Line {number} of {path}: {row.split!r} is no split; use {', '.join(SPLITS)}")
    return row


def check_disjoint(rows: Iterable[SplitRow], where: str) -> None:
    """Refuses rows that have one file or content in two splits: what was trained or calibrated on cannot be tested on.

    Raises:
        EdgewrightError: naming both files.
    """
    by_content: dict[str, SplitRow] = {}
    by_path: dict[str, SplitRow] = {}
    for row in rows:
        if by_path.setdefault(row.path, row).split != row.split:
            raise EdgewrightError(
                f"{where}: {row.path} is in {by_path[row.path].split} and in {row.split}; an image may be in one split "
                f"only"
            )
        other = by_content.setdefault(row.sha256, row)
        if other.split != row.split:
            raise EdgewrightError(
                f"{where}: {other.path} ({other.split}) and {row.path} ({row.split}) have the same content; "
                f"an image may be in one split only"
            )


def write_splits(path: Path, rows: Sequence[SplitRow]) -> None:
    """Writes the rows in the order given, whole or not at all."""
    import csv

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        fields = (row.path, row.label, row.split, row.sha256)
        if any(_UNWRITABLE.search(field) for field in fields):
            raise EdgewrightError(
                f"Cannot list {row.path!a} in {path}: it has a line break or bytes that are not UTF-8; rename the file"
            )
        writer.writerow(fields)
    atomic.write_text(path, text.getvalue())


def are_unlabelled(rows: Iterable[SplitRow]) -> bool:
    """Whether none of the images has a label."""
    return not any(row.label for row in rows)


def rows_of(rows: Iterable[SplitRow], split: str) -> tuple[SplitRow, ...]:
    """The rows of one split, in their order."""
    return tuple(row for row in rows if row.split == split)


def locate(path: str, run_path: Path) -> Path:
    """Where an image of splits.csv lies: from the working folder, else from a folder above the run folder.

    The second look lets a project's folder be moved, or a command be started from somewhere else in it.

    Raises:
        EdgewrightError: it is in none of these places.
    """
    given = Path(path)
    candidates = [given] if given.is_absolute() else [given, *(folder / given for folder in run_path.resolve().parents)]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise EdgewrightError(
        f"splits.csv of {run_path} names {path}, which is not there; run this from the folder that it was trained in"
    )
