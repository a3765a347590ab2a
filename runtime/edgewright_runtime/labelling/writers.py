"""How rows are written: JSON Lines and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..errors import EdgewrightError
from ..suggestion import unknown_name
from .row import Row, is_utf8

Write = Callable[[Row], str]
"""From a row to the text of it, line end included."""

CSV_COLUMNS = ("path", "label", "probability", "predictions", "error")
FRAME_COLUMNS = (*CSV_COLUMNS, "frame", "seconds")


def jsonl_line(row: Row) -> str:
    """One JSON object on one line; a path that is no UTF-8 is written in escapes, or the line would be none either."""
    text = json.dumps(row.to_dict(), ensure_ascii=False)
    return (text if is_utf8(text) else json.dumps(row.to_dict())) + "\n"


def csv_line(row: Row, columns: Sequence[str] = CSV_COLUMNS) -> str:
    """One record; the predictions are a JSON list in one cell, and nothing is written as an empty cell."""
    values = row.to_dict()
    values["predictions"] = json.dumps(values["predictions"], ensure_ascii=False)
    return _csv(["" if values.get(name) is None else values[name] for name in columns])


def csv_header() -> str:
    """The line with the columns' names."""
    return _csv(CSV_COLUMNS)


def _csv(cells: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


FORMS: dict[str, tuple[Write, str]] = {"jsonl": (jsonl_line, ""), "csv": (csv_line, csv_header())}
"""By name: what writes a row, and what stands before the first."""

FRAME_FORMS: dict[str, tuple[Write, str]] = {
    "jsonl": (jsonl_line, ""),
    "csv": (partial(csv_line, columns=FRAME_COLUMNS), _csv(FRAME_COLUMNS)),
}
"""The same for rows of videos and cameras."""


def writer_named(name: str, *, frames: bool = False) -> tuple[Write, str]:
    """What writes a row, and what stands before the first; `frames` are rows of videos and cameras.

    Raises:
        EdgewrightError: no such form.
    """
    if name not in FORMS:
        raise EdgewrightError(unknown_name("form of rows", name, FORMS))
    return (FRAME_FORMS if frames else FORMS)[name]
