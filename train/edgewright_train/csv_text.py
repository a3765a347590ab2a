"""Dataclasses and other rows as the text of a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any


def csv_text(kind: type, rows: Iterable[Any]) -> str:
    """A header of the field names, then a line per row; None is empty.

    Args:
        kind: a dataclass, for the header that a table without rows has too.
        rows: instances of it.
    """
    return table_text([field.name for field in fields(kind)], map(asdict, rows))


def table_text(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """A header of the names, then a line per row; None is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
