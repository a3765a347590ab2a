"""A recipe as the TOML text that it is read back from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .recipe import Recipe


def toml_from_recipe(recipe: Recipe) -> str:
    """The whole recipe as TOML: every field, also those that its file took from a base."""
    values = asdict(recipe)
    tables = {name: value for name, value in values.items() if isinstance(value, Mapping)}
    top = {name: value for name, value in values.items() if name not in tables}
    parts = [_lines(top), *(f"[{name}]\n{_lines(table)}" for name, table in tables.items())]
    return "\n\n".join(parts) + "\n"


def _lines(table: Mapping[str, Any]) -> str:
    return "\n".join(f"{name} = {_literal(value)}" for name, value in table.items())


def _literal(value: Any) -> str:
    """TOML writes texts, true, false and lists as JSON does; numbers come as Python writes them, 1e-07 among them.

    JSON leaves one sign as it is that TOML wants escaped: DEL.
    """
    if isinstance(value, bool | str | tuple):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
