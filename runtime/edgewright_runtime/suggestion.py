"""What a sentence tells the user to do next: the nearest known name, names that are not too many, a command to type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from .errors import EdgewrightError

Row = TypeVar("Row")

_NAMED = 5
"""The first names tell what kind they are; a sentence that goes on for a thousand tells nothing."""


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


def named(names: Iterable[str]) -> str:
    """The names with commas between them; of more than five, the first five and how many more there are.

    For names that come from data or from a model. What there is to choose from is listed in full.
    """
    every = list(names)
    shown = ", ".join(every[:_NAMED])
    return shown if len(every) <= _NAMED else f"{shown} and {len(every) - _NAMED} more"


def quoted(path: Path) -> str:
    """The path as it is typed in a shell: in quotation marks if there is a space or the like in it."""
    import shlex  # here, for only mistakes and the last line of a command need it

    return shlex.quote(str(path))
