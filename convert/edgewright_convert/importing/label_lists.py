"""The labels in a file that others wrote: one per line, numbered or not, JSON, or a dictionary as Python prints it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.labels import read_labels

_NUMBERED = re.compile(r"(\d+)\s*[:,;\t ]\s*(\S.*)")
_LEAST_NUMBERED = 3
_DISTINCT = 0.9
"""Share of the labels that must differ without their numbers: `1 star` to `5 stars` are labels, not places."""


def listed_labels(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels in the order of the outputs, and what was taken for something without being told, a sentence each.

    Args:
        path: a text file with one label per line, each perhaps with its place in front (`0: tench`, `0 tench`); or
            JSON, or a Python dictionary: a list of labels, places and labels (`{"0": "tench"}`, also with the WordNet
            id, `{"0": ["n01440764", "tench"]}`), labels and places, or a configuration that has these as `id2label`.

    Raises:
        EdgewrightError: it cannot be read, or has a place twice or none.
    """
    text = _text_of(path)
    if text.lstrip()[:1] in {"{", "["}:
        return _labels_in(_parsed(path, text), path), ()
    return without_numbers(read_labels(path), path)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""  # `read_labels` says what is wrong


def _parsed(path: Path, text: str) -> Any:
    for parse in (json.loads, ast.literal_eval):
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            return parse(text.strip())
    raise EdgewrightError(f"{path} begins like JSON and is none; give a file with one label per line, or JSON")


def _labels_in(value: Any, path: Path) -> tuple[str, ...]:
    if isinstance(value, Mapping) and isinstance(value.get("id2label"), Mapping):
        value = value["id2label"]
    if isinstance(value, Mapping):
        value = _in_order(value, path)
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise EdgewrightError(
            f"{path} holds no list of labels; give one label per line, or JSON such as {{'0': 'daisy'}}"
        )
    labels = tuple(_label_of(each) for each in value)
    if not all(labels):
        raise EdgewrightError(f"{path} has no label at place {labels.index('')}; every place names one class")
    return labels


def _label_of(value: Any) -> str:
    """One label; of several texts, such as a WordNet id and a name, all of them. "" where it is none."""
    parts = value if isinstance(value, list | tuple) else [value]
    return " ".join(" ".join(part.split()) for part in parts if isinstance(part, str))


def _in_order(value: Mapping[Any, Any], path: Path) -> list[Any]:
    """The values by their keys, or the keys by their values, whichever are the places."""
    places = {str(key): label for key, label in value.items()}
    if not all(key.isdecimal() for key in places):
        places = {str(place): key for key, place in value.items()}
    wanted = [str(place) for place in range(len(value))]
    if set(places) != set(wanted):
        raise EdgewrightError(
            f"{path} does not give each place from 0 to {len(value) - 1} one label; give one label per line instead"
        )
    return [places[place] for place in wanted]


def without_numbers(labels: tuple[str, ...], path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels by the numbers in front of them, where these count from 0 or from 1, and a note that says so.

    Args:
        labels: as the list at `path` has them.
        path: of the list, or of the model that they lie in.
    """
    found = [_NUMBERED.fullmatch(label) for label in labels]
    numbered = {int(each[1]): each[2] for each in found if each is not None}
    first = min(numbered, default=-1)
    if (
        len(numbered) != len(labels)
        or len(labels) < _LEAST_NUMBERED
        or first not in {0, 1}
        or max(numbered) != first + len(labels) - 1
        or len(set(numbered.values())) < _DISTINCT * len(labels)
    ):
        return labels, ()
    ordered = tuple(numbered[place] for place in sorted(numbered))
    return ordered, (
        f"The numbers in front of the labels in {path}, {first} to {max(numbered)}, are taken for places.",
    )
