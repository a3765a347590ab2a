"""The files of a data set that is a CSV file with the columns `filepath,label` and perhaps `split`."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ..errors import EdgewrightError
from ..run.splits import SPLITS
from .types import ListedFile, RejectedFile

REQUIRED_COLUMNS = ("filepath", "label")

Listing = tuple[tuple[ListedFile, ...], tuple[RejectedFile, ...]]


def list_csv(source: Path) -> Listing:
    """The files that the rows name, sorted by path, and the rows' files that are not there or are listed twice.

    A relative path is looked for in the CSV file's folder first, then in the working folder.

    Raises:
        EdgewrightError: the file cannot be read, lacks a column, has no row, an empty field, a name that is no split,
            a split in some rows only, one file in two splits, or names no file that exists.
    """
    listed: dict[tuple[str, str], ListedFile] = {}
    rejected: list[RejectedFile] = []
    rows = _rows(source)
    for row in rows:
        path = _found(row.path, source.parent)
        if path is None:
            rejected.append(RejectedFile(row.path, "there is no such file"))
            continue
        found = ListedFile(path, row.label, row.split)
        other = listed.setdefault((path, row.label), found)
        if other is not found:
            _check_same_split(source, other, found)
            rejected.append(RejectedFile(path, f"{source} lists it twice"))
    if not listed:
        raise EdgewrightError(
            f"None of the {len(rows)} file(s) that {source} names is there (the first is {rows[0].path}); relative "
            f"paths start at {source.parent.resolve()} or at the working folder"
        )
    return tuple(sorted(listed.values(), key=lambda file: (file.path, file.label))), tuple(rejected)


def _rows(source: Path) -> list[ListedFile]:
    reader = csv.DictReader(io.StringIO(_text(source), newline=""), skipinitialspace=True)
    try:
        columns = [str(name).strip() for name in reader.fieldnames or ()]
        reader.fieldnames = columns
        _check_columns(source, columns)
        rows = [_row(source, reader.line_num, fields) for fields in reader]
    except csv.Error as error:
        raise EdgewrightError(f"Line {reader.line_num} of {source} is not valid CSV: {error}") from error
    if not rows:
        raise EdgewrightError(f"{source} has no rows below its header; every row names one image and its label")
    if len({row.split is None for row in rows}) == 2:
        raise EdgewrightError(f"{source} gives a split in some rows only; fill the split column in, or leave it out")
    return rows


def _text(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EdgewrightError(f"Cannot read {source}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise EdgewrightError(f"{source} is not UTF-8 text; save it as a CSV file in UTF-8") from error


def _check_columns(source: Path, columns: list[str]) -> None:
    absent = [name for name in REQUIRED_COLUMNS if name not in columns]
    if absent:
        raise EdgewrightError(
            f"{source} lacks the column(s) {', '.join(absent)}; its first line must name filepath,label (and may name "
            f"split), separated by commas, and is {','.join(columns)!r}"
        )


def _row(source: Path, line: int, fields: dict[str, str | None]) -> ListedFile:
    path, label, split = ((fields.get(name) or "").strip() for name in ("filepath", "label", "split"))
    if not path or not label:
        raise EdgewrightError(f"Line {line} of {source} has no {'label' if path else 'filepath'}; every row needs both")
    if split and split not in SPLITS:
        raise EdgewrightError(f"Line {line} of {source}: {split!r} is no split; use {', '.join(SPLITS)}")
    return ListedFile(path, label, split or None)


def _found(path: str, folder: Path) -> str | None:
    try:
        return next((str(place) for place in (folder / path, Path(path)) if place.is_file()), None)
    except (OSError, ValueError):  # a name too long for the file system, or with a null character
        return None


def _check_same_split(source: Path, one: ListedFile, other: ListedFile) -> None:
    if one.split != other.split:
        raise EdgewrightError(
            f"{source} puts {one.path} in {one.split} and in {other.split}; an image may be in one split only"
        )
