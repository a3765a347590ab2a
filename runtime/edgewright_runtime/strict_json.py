"""JSON files that hold one object, read and written without what JSON does not know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from . import atomic
from .errors import EdgewrightError


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in the file.

    Raises:
        EdgewrightError: the file is missing, not UTF-8, not JSON (NaN and infinity are not), names a field twice, or
            holds something other than an object.
    """
    return object_in(content_of(path), path)


def object_in(content: bytes, path: Path) -> dict[str, Any]:
    """The JSON object in the content of the file.

    Raises:
        EdgewrightError: as `read_object`, but that the file is there.
    """
    try:
        value = json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise EdgewrightError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise EdgewrightError(f"{path} must hold a JSON object, not a {type(value).__name__}")
    return value


def content_of(path: Path) -> bytes:
    """What is in the file.

    Raises:
        EdgewrightError: it cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise EdgewrightError(f"Cannot read {path}: {error.strerror or error}") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"field {next(name for name in names if names.count(name) > 1)!r} is there twice")
    return value


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")


def write_object(path: Path, value: dict[str, Any]) -> None:
    """Writes the object with two-space indents, whole or not at all. NaN and infinity are refused."""
    atomic.write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
