"""labels.txt: one label per line, and the line number is the class index, for good."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import atomic
from ..errors import EdgewrightError


def read_labels(path: Path) -> tuple[str, ...]:
    """The labels in class order.

    Raises:
        EdgewrightError: the file is missing, not UTF-8, empty, or has a blank or repeated label.
    """
    try:
        # Only line feeds end a line: str.splitlines would also cut a label at a U+2028 or a form feed.
        lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EdgewrightError(f"Cannot read the labels file {path}: {error}") from error
    while lines and not lines[-1].strip():
        lines.pop()
    labels = tuple(line.strip() for line in lines)
    if not labels:
        raise EdgewrightError(f"The labels file {path} is empty; it needs one label per line")
    _check(labels, path)
    return labels


def write_labels(path: Path, labels: Sequence[str]) -> None:
    """Writes one label per line, whole or not at all."""
    _check(tuple(labels), path)
    atomic.write_text(path, "".join(f"{label}\n" for label in labels))


def _check(labels: tuple[str, ...], path: Path) -> None:
    seen: dict[str, int] = {}
    for number, label in enumerate(labels, start=1):
        if not label.strip():
            raise EdgewrightError(f"Line {number} of {path} is blank; every line names one class")
        if label != label.strip() or "\n" in label or "\r" in label:
            raise EdgewrightError(
                f"The label {label!r} cannot stand on line {number} of {path}; take the spaces around it and the line "
                f"breaks in it away"
            )
        if label in seen:
            raise EdgewrightError(
                f"{path} has the label {label!r} on lines {seen[label]} and {number}; each class once"
            )
        seen[label] = number
