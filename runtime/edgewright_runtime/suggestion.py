"""The nearest known name to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from .errors import EdgewrightError

Row = TypeVar("Row")


def row_named(kind: str, name: str, rows: Mapping[str, Row]) -> Row:
    """The row of that name in a table of `kind`.

    Raises:
        EdgewrightError: no such row; the sentence names the nearest one.
    """
    if name not in rows:
        raise EdgewrightError(unknown_name(kind, name, rows))
    return rows[name]


def unknown_name(kind: str, given: str, known: Iterable[str]) -> str:
    """A sentence that says `given` is no known `kind`, with the nearest name or else the whole list."""
    import difflib  # here, for only mistakes need it

    names = list(known)
    near = difflib.get_close_matches(given.lower(), names, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(names)}."
    return f"Unknown {kind} {given!r}: {hint}"
