"""The files of a data set that is a CSV file: one row per image, with its path, its label and perhaps its split."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ...errors import EdgewrightError
from ...run.splits import SPLITS
from ..types import ListedFile, Listing, RejectedFile
from .csv_columns import Columns, columns_of, delimiter_of, header_of, path_column_of
from .csv_places import NamedTwiceError, Places
from .split_names import split_named

TABLE_SUFFIXES = frozenset({".csv", ".tsv"})
"""File name endings of lists with a header."""

_DELIMITER_NAMES = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def list_csv(source: Path) -> Listing:
    """The files that the rows name, sorted by path, and the rows' files that are not there or are listed twice.

    A relative path is looked for in the CSV file's folder first, then in the working folder, then in the folders
    beside the CSV file that are called `images` or as the file itself. A name without its ending is completed.

    Raises:
        EdgewrightError: the file cannot be read, lacks a column, has no row, an empty field, a name that is no split,
            a split in some rows only, one file in two splits, or names no file that exists.
    """
    listed: dict[tuple[str, str], ListedFile] = {}
    rejected: list[RejectedFile] = []
    table, places = _table(source), Places(source)
    for row in table.rows:
        try:
            path = places.find(row.path)
        except NamedTwiceError as error:
            rejected.append(RejectedFile(row.path, str(error)))
            continue
        if path is None:
            rejected.append(RejectedFile(row.path, "there is no such file"))
            continue
        found = replace(row, path=path)
        other = listed.setdefault((path, row.label), found)
        if other is not found:
            _check_same_split(source, other, found)
            rejected.append(RejectedFile(path, f"{source} lists it twice"))
    if not listed:
        raise EdgewrightError(
            f"None of the {len(table.rows)} file(s) that {source} names is there (the first is {table.rows[0].path}); "
            f"relative paths start at {source.parent.resolve()}, at images in it, or at the working folder"
        )
    files = tuple(sorted(listed.values(), key=lambda file: (file.path, file.label)))
    return Listing(files, tuple(rejected), source.parent, (*table.notes, *_notes_of(source, places)))


def paths_in_csv(source: Path) -> tuple[str, ...]:
    """The images' paths as the rows give them, whatever else the rows say.

    Raises:
        EdgewrightError: the file cannot be read, or lacks the column or a field of it.
    """
    column, _, lines = _parsed(source, path_column_of)
    paths = [(number, (fields.get(column) or "").strip()) for number, fields in lines]
    empty = next((number for number, path in paths if not path), None)
    if empty is not None:
        raise EdgewrightError(f"Line {empty} of {source} has no {column}; every row names one image")
    return tuple(path for _, path in paths)


@dataclass(frozen=True)
class _Table:
    """The rows, their paths as they are written, and what was taken for what without being told."""

    rows: tuple[ListedFile, ...]
    notes: tuple[str, ...]


def _table(source: Path) -> _Table:
    columns, delimiter, lines = _parsed(source, columns_of)
    if not lines:
        raise EdgewrightError(f"{source} has no rows below its header; every row names one image and its label")
    columns, notes = _checked_split(source, columns, lines)
    rows = tuple(_row(source, number, fields, columns) for number, fields in lines)
    if len({row.split is None for row in rows}) == 2:
        raise EdgewrightError(f"{source} gives a split in some rows only; fill the split column in, or leave it out")
    return _Table(rows, (*_note_of_columns(source, columns, delimiter), *notes))


_Lines = Sequence[tuple[int, dict[str, str | None]]]
_Chosen = TypeVar("_Chosen")


def _parsed(source: Path, choose: Callable[[Path, Sequence[str]], _Chosen]) -> tuple[_Chosen, str, _Lines]:
    """What is chosen of the header, what parts the fields, and the rows."""
    text = _text(source)
    try:
        delimiter = delimiter_of(text)
        header = header_of(text, delimiter)
        return choose(source, header), delimiter, _lines(source, text, header, delimiter)
    except csv.Error as error:
        raise EdgewrightError(f"{source} is not valid CSV: {error}") from error


def _lines(source: Path, text: str, header: list[str], delimiter: str) -> _Lines:
    """The rows as fields by column, each with the number of its line."""
    reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True, delimiter=delimiter)
    try:
        _ = reader.fieldnames  # reads the header, which is replaced by the same without blanks
        reader.fieldnames = header
        return [(reader.line_num, fields) for fields in reader]
    except csv.Error as error:
        raise EdgewrightError(f"Line {reader.line_num} of {source} is not valid CSV: {error}") from error


def _text(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EdgewrightError(f"Cannot read {source}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise EdgewrightError(f"{source} is not UTF-8 text; save it as a CSV file in UTF-8") from error


def _checked_split(source: Path, columns: Columns, lines: _Lines) -> tuple[Columns, tuple[str, ...]]:
    """The columns without one that is only called as a split may be, and a note of that."""
    if columns.split in {None, "split"}:
        return columns, ()
    values = {(fields.get(columns.split) or "").strip() for _, fields in lines} - {""}
    strange = sorted(value for value in values if split_named(value) is None)
    if not strange:
        return columns, ()
    return replace(columns, split=None), (
        f"The column {columns.split!r} of {source} was not taken for the split, since {strange[0]!r} is none.",
    )


def _row(source: Path, line: int, fields: dict[str, str | None], columns: Columns) -> ListedFile:
    path, label = ((fields.get(name) or "").strip() for name in (columns.path, columns.label))
    if not path or not label:
        lacking = columns.label if path else columns.path
        raise EdgewrightError(
            f"Line {line} of {source} has no {lacking}; every row needs {columns.path},{columns.label}"
        )
    written = (fields.get(columns.split) or "").strip() if columns.split else ""
    split = split_named(written)
    if written and split is None:
        raise EdgewrightError(f"Line {line} of {source}: {written!r} is no split; use {', '.join(SPLITS)}")
    group = (fields.get(columns.group) or "").strip() if columns.group else ""
    return ListedFile(path, label, split, group)


def _note_of_columns(source: Path, columns: Columns, delimiter: str) -> tuple[str, ...]:
    if columns.as_documented and delimiter == ",":
        return ()
    split = f", and {columns.split!r} as its split" if columns.split else ""
    split += f", and {columns.group!r} as its group" if columns.group else ""
    parted = f" (fields are parted by {_DELIMITER_NAMES[delimiter]})" if delimiter != "," else ""
    return (
        f"{source}: the column {columns.path!r} is read as the image, {columns.label!r} as its label{split}{parted}.",
    )


def _notes_of(source: Path, places: Places) -> tuple[str, ...]:
    found = [f"Files that {source} names were found in {folder}." for folder in sorted(places.used)]
    if places.endings:
        found.append(f"{source} names {places.endings} file(s) without an ending such as .jpg, which was looked up.")
    return tuple(found)


def _check_same_split(source: Path, one: ListedFile, other: ListedFile) -> None:
    if one.split != other.split:
        raise EdgewrightError(
            f"{source} puts {one.path} in {one.split} and in {other.split}; an image may be in one split only"
        )
