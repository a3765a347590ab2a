"""labels.txt: one label per line, and the place of the line, counted from 0, is the class index, for good.

Labels are for people, and two classes may share one (ImageNet has two cranes, a bird and a machine). Class names are
the labels made unique, and it is class names that tie images to classes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .. import atomic
from ..errors import EdgewrightError


def read_labels(path: Path) -> tuple[str, ...]:
    """The labels in class order.

    Raises:
        EdgewrightError: the file is missing, not UTF-8, empty, or has a blank line between labels.
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


def class_names(labels: Sequence[str]) -> tuple[str, ...]:
    """One name per class, no two alike: the label itself, and `label [class index]` where the label repeats."""
    names = tuple(labels)
    # More than once only where a list has labels such as "crane [134]" already.
    while repeated := {name for name, count in Counter(names).items() if count > 1}:
        names = tuple(f"{name} [{index}]" if name in repeated else name for index, name in enumerate(names))
    return names


def _check(labels: tuple[str, ...], path: Path) -> None:
    for number, label in enumerate(labels, start=1):
        if not label.strip():
            raise EdgewrightError(f"Line {number} of {path} is blank; every line names one class")
        if label != label.strip() or "\n" in label or "\r" in label:
            raise EdgewrightError(
                f"The label {label!r} cannot stand on line {number} of {path}; take the spaces around it and the line "
                f"breaks in it away"
            )
