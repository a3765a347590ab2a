"""JSON files that hold exactly what their dataclass says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import atomic
from .errors import EdgewrightError


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in the file.

    Raises:
        EdgewrightError: the file is missing, not UTF-8, not JSON, names a field twice, or holds something other than
            an object.
    """
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=_object)
    except OSError as error:
        raise EdgewrightError(f"Cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise EdgewrightError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise EdgewrightError(f"{path} must hold a JSON object, not a {type(value).__name__}")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"field {next(name for name in names if names.count(name) > 1)!r} is there twice")
    return value


def write_object(path: Path, value: dict[str, Any]) -> None:
    """Writes the object with two-space indents, whole or not at all. NaN and infinity are refused."""
    atomic.write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def check_fields(given: dict[str, Any], known: frozenset[str], where: str) -> None:
    """Refuses unknown and missing fields.

    Raises:
        EdgewrightError: naming them.
    """
    unknown, absent = sorted(given.keys() - known), sorted(known - given.keys())
    if unknown:
        raise EdgewrightError(f"{where} has unknown field(s) {', '.join(unknown)}; it may hold only its schema's")
    if absent:
        raise EdgewrightError(f"{where} lacks the field(s) {', '.join(absent)}")
