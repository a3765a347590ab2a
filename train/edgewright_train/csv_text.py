"""Dataclasses as the text of a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any


def csv_text(kind: type, rows: Iterable[Any]) -> str:
    """A header of the field names, then a line per row; None is empty.

    Args:
        kind: a dataclass, for the header that a table without rows has too.
        rows: instances of it.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(kind)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return text.getvalue()
