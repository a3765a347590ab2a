"""Frozen dataclasses from TOML tables that hold exactly their fields."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.suggestion import unknown_name

T = TypeVar("T")

_NAMES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}


def from_table(cls: type[T], table: dict[str, Any], where: str) -> T:
    """The dataclass with the table's values; nested dataclasses from nested tables.

    Raises:
        EdgewrightError: a field is unknown (with the nearest known name), missing, of another type or out of range.
    """
    hints = get_type_hints(cls)
    known = [field.name for field in fields(cls)]  # type: ignore[arg-type]
    for name in table:
        if name not in known:
            raise EdgewrightError(f"{where}: {unknown_name('field', name, known)}")
    absent = [name for name in known if name not in table]
    if absent:
        raise EdgewrightError(f"{where} lacks the field(s) {', '.join(absent)}; a recipe gives them all")
    values = {name: _value(hints[name], table[name], where, name) for name in known}
    try:
        return cls(**values)
    except EdgewrightError as error:
        raise EdgewrightError(f"{where}: {error}") from error


def require(
    name: str,
    value: Any,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    above: float = -math.inf,
    among: Sequence[str] | None = None,
    otherwise: str = "",
) -> None:
    """Checks that a value is one of `among`, or else a number in [low, high] and greater than `above`.

    Raises:
        EdgewrightError: saying what the value may be; `otherwise` names a further possibility.
    """
    if among is not None:
        if value not in among:
            raise EdgewrightError(unknown_name(name, str(value), among))
        return
    if isinstance(value, (int, float)) and low <= value <= high and above < value < math.inf:
        return
    bounds = [f"at least {low}"] if low > -math.inf else [f"above {above}"]
    bounds += [f"at most {high}"] if high < math.inf else []
    alternative = f", or {otherwise}" if otherwise else ""
    raise EdgewrightError(f"{name} must be {' and '.join(bounds)}{alternative}, not {value!r}")


def _value(hint: Any, value: Any, where: str, name: str) -> Any:
    if is_dataclass(hint):
        if not isinstance(value, dict):
            raise EdgewrightError(f"{where}: {name} must be a table, [{name}], not {value!r}")
        return from_table(hint, value, f"{where}, [{name}]")  # type: ignore[arg-type]
    allowed = get_args(hint) if get_origin(hint) in _UNIONS else (hint,)
    if type(value) in allowed:
        return value
    if type(value) is int and float in allowed:
        return float(value)
    expected = " or ".join(_NAMES[kind] for kind in allowed)
    raise EdgewrightError(f"{where}: {name} must be {expected}, not {value!r}")


# `int | str` has an origin of its own beside that of `Union[int, str]`.
_UNIONS = (Union, get_origin(int | str))
