"""Recipes as TOML files, by name or by path."""

from __future__ import annotations

import importlib.resources
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.structured import TOML, from_builtins
from edgewright_runtime.suggestion import unknown_name

from .recipe import Recipe

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


BASE = "base"
"""What a file calls the recipe that it takes the rest from."""


def recipe_names() -> tuple[str, ...]:
    """The names of the recipes that come with Edgewright."""
    folder = importlib.resources.files(__package__)
    return tuple(sorted(entry.name[: -len(".toml")] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load_recipe(name_or_path: str) -> Recipe:
    """The recipe of that name, or in that file, with what it takes from its base.

    Raises:
        EdgewrightError: no such recipe or file, not TOML, or a field is unknown, missing or out of range.
    """
    return _made(*_source(name_or_path, beside=None))


def parse_recipe(text: str, *, where: str) -> Recipe:
    """The recipe that the TOML text is; `where` names it in errors.

    Raises:
        EdgewrightError: it is not TOML, or a field is unknown, missing or out of range.
    """
    return _made(text, where, Path())


def _made(text: str, where: str, folder: Path) -> Recipe:
    table = _complete(text, where, folder, taken=())
    return from_builtins(Recipe, table, where=where, notation=TOML)


def _source(name_or_path: str, *, beside: Path | None) -> tuple[str, str, Path]:
    """The text of a recipe, what errors call it, and the folder from which it names files."""
    if name_or_path in recipe_names():
        packaged = importlib.resources.files(__package__) / f"{name_or_path}.toml"
        return packaged.read_text(encoding="utf-8"), f"recipe {name_or_path}", Path()
    path = Path(name_or_path)
    if not (path.is_file() or path.suffix == ".toml" or len(path.parts) > 1):
        raise EdgewrightError(unknown_name("recipe", name_or_path, recipe_names()))
    path = path if beside is None else beside / path
    try:
        return path.read_text(encoding="utf-8"), str(path), path.parent
    except OSError as error:
        raise EdgewrightError(f"Cannot read the recipe {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise EdgewrightError(f"The recipe {path} is not UTF-8 text") from error


def _complete(text: str, where: str, folder: Path, *, taken: tuple[str, ...]) -> dict[str, Any]:
    """The table of a recipe's text, laid over that of its base if it has one.

    Args:
        text: TOML.
        where: what errors call it.
        folder: from which it names files.
        taken: the recipes that took this one as their base.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EdgewrightError(f"{where} is not valid TOML: {error}") from error
    base = table.pop(BASE, None)
    if base is None:
        return table
    if not isinstance(base, str):
        raise EdgewrightError(f"{where}: base must be a text in quotes, not {base!r}")
    if where in taken:
        raise EdgewrightError(f"{where} is its own base: {', '.join((*taken, where))}")
    try:
        source = _source(base, beside=folder)
    except EdgewrightError as error:
        raise EdgewrightError(f"{where}: base: {error}") from error
    return _over(table, _complete(*source, taken=(*taken, where)))


def _over(table: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """The base with the values of the table in it; tables in both are laid over each other likewise."""
    merged = dict(base)
    for name, value in table.items():
        known = base.get(name)
        if isinstance(value, Mapping) and isinstance(known, Mapping):
            merged[name] = _over(value, known)
        else:
            merged[name] = value
    return merged
