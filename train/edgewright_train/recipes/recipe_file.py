"""Recipes as TOML files, by name or by path."""

from __future__ import annotations

import importlib.resources
import sys
from pathlib import Path

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.structured import TOML, from_builtins
from edgewright_runtime.suggestion import unknown_name

from .recipe import Recipe

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def recipe_names() -> tuple[str, ...]:
    """The names of the recipes that come with Edgewright."""
    folder = importlib.resources.files(__package__)
    return tuple(sorted(entry.name[: -len(".toml")] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load_recipe(name_or_path: str) -> Recipe:
    """The recipe of that name, or in that file.

    Raises:
        EdgewrightError: no such recipe or file, not TOML, or a field is unknown, missing or out of range.
    """
    if name_or_path in recipe_names():
        packaged = importlib.resources.files(__package__) / f"{name_or_path}.toml"
        return parse_recipe(packaged.read_text(encoding="utf-8"), where=f"recipe {name_or_path}")
    path = Path(name_or_path)
    if not (path.is_file() or path.suffix == ".toml" or len(path.parts) > 1):
        raise EdgewrightError(unknown_name("recipe", name_or_path, recipe_names()))
    try:
        return parse_recipe(path.read_text(encoding="utf-8"), where=str(path))
    except OSError as error:
        raise EdgewrightError(f"Cannot read the recipe {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise EdgewrightError(f"The recipe {path} is not UTF-8 text") from error


def parse_recipe(text: str, *, where: str) -> Recipe:
    """The recipe that the TOML text is; `where` names it in errors.

    Raises:
        EdgewrightError: it is not TOML, or a field is unknown, missing or out of range.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EdgewrightError(f"{where} is not valid TOML: {error}") from error
    return from_builtins(Recipe, table, where=where, notation=TOML)
