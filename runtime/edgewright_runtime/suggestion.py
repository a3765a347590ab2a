"""The nearest known name to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable


def unknown_name(kind: str, given: str, known: Iterable[str]) -> str:
    """A sentence that says `given` is no known `kind`, with the nearest name or else the whole list."""
    import difflib  # here, for only mistakes need it

    names = list(known)
    near = difflib.get_close_matches(given.lower(), names, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}?" if near else f"choose one of {', '.join(names)}."
    return f"Unknown {kind} {given!r}: {hint}"
