"""What is varied: `alpha=0.35,1.0` as a field of the recipe and its values."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.structured import TOML, from_builtins
from edgewright_runtime.suggestion import unknown_name

from ..recipes import Recipe

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_SHORT = {"size": "input_size"}
"""What the options of `edgewright train` call fields that have another name in the recipe."""

_FIXED = {
    "description": "is for people",
    "weights": "is found for each alpha and backbone; give --weights imagenet, none, a file or a folder of files",
    "val_fraction": "would make another split, and accuracies on other images cannot be compared",
    "test_fraction": "would make another split, and accuracies on other images cannot be compared",
}
"""Fields of a recipe that are not varied, and why."""


@dataclass(frozen=True)
class Axis:
    """One thing that is varied.

    Attributes:
        key: as it was typed: `alpha`, `size`, `head.dropout`.
        values: that it takes.
    """

    key: str
    values: tuple[Any, ...]


def axes_of(words: Sequence[str], recipe: Recipe) -> tuple[Axis, ...]:
    """The axes in words such as `alpha=0.35,1.0`; values are written as in a recipe, texts with or without quotes.

    Raises:
        EdgewrightError: a word is no KEY=V1,V2, or a key is unknown, there twice, or nothing to be varied.
    """
    axes = tuple(_axis(word, asdict(recipe)) for word in words)
    keys = [axis.key for axis in axes]
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        raise EdgewrightError(f"--sweep names {twice[0]} twice; give all of its values in one list")
    return axes


def varied(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """The recipe with these values of axes in it.

    Raises:
        EdgewrightError: one is of another kind than its field, or out of range.
    """
    table: dict[str, Any] = asdict(recipe)
    for key, value in values.items():
        *parts, name = _SHORT.get(key, key).split(".")
        inner = table
        for part in parts:
            inner = inner[part]
        inner[name] = value
    return from_builtins(Recipe, table, where=f"--sweep {described(values)}", notation=TOML)


def described(values: Mapping[str, Any]) -> str:
    """The values in one line, as they are told apart by: `alpha=0.35, size=96`."""
    return ", ".join(f"{key}={value}" for key, value in values.items())


def _axis(word: str, table: Mapping[str, Any]) -> Axis:
    key, equals, text = word.partition("=")
    values = _values(text)
    if not (key and equals and values):
        raise EdgewrightError(f"--sweep takes KEY=V1,V2 such as alpha=0.35,0.5,1.0, not {word!r}")
    known = (*_SHORT, *_fields(table))
    if key not in known:
        raise EdgewrightError(unknown_name("key of --sweep", key, known))
    if key in _FIXED:
        raise EdgewrightError(f"--sweep cannot vary {key}: it {_FIXED[key]}")
    twice = [value for place, value in enumerate(values) if value in values[:place]]
    if twice:
        raise EdgewrightError(f"--sweep names {key}={twice[0]} twice")
    return Axis(key, values)


def _values(text: str) -> tuple[Any, ...]:
    try:
        return tuple(tomllib.loads(f"values = [{text}]")["values"])
    except tomllib.TOMLDecodeError:  # texts without quotes among them
        return tuple(_value(part.strip()) for part in text.split(",") if part.strip())


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _fields(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    found = []
    for name, value in table.items():
        found += _fields(value, f"{name}.") if isinstance(value, Mapping) else [f"{prefix}{name}"]
    return found
