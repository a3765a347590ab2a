"""Dataclasses from JSON and TOML, and back to one sentence where a file is not as its dataclass says.

A dataclass is the whole description: its annotations say of what kind a field is, and `field(metadata=rule(...))` what
it may hold. msgspec checks; this module tells it what the dataclass says, and turns its complaint into our sentence.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from .errors import EdgewrightError
from .suggestion import unknown_name

if TYPE_CHECKING:
    import msgspec

T = TypeVar("T")

_RULE = "edgewright.rule"
_FINITE = sys.float_info.max
# `int | str` has an origin of its own beside that of `Union[int, str]`.
_UNIONS = (Union, get_origin(int | str))


class Notation(NamedTuple):
    """What the parts of a file are called in a sentence; `{}` stands for a field's name.

    Attributes:
        part: how a part is named behind the file.
        kinds: what a field of each kind must be.
        whole: what a part must be.
    """

    part: str
    kinds: Mapping[type, str]
    whole: str


_NUMBERS = {bool: "true or false", int: "a whole number", float: "a number"}
JSON = Notation(
    ", {}", {**_NUMBERS, str: "a text", tuple: "a list", Mapping: "an object", type(None): "null"}, "an object"
)
TOML = Notation(", [{}]", {**_NUMBERS, str: "a text in quotes", tuple: "a list", Mapping: "a table"}, "a table, [{}]")


class _Rule(NamedTuple):
    low: float | None = None
    high: float | None = None
    above: float | None = None
    among: tuple[str, ...] = ()
    otherwise: str | None = None
    must_be: str | None = None

    def bounds(self) -> str:
        bounds = [] if self.low is None else [f"at least {self.low}"]
        bounds += [] if self.above is None else [f"above {self.above}"]
        bounds += [] if self.high is None else [f"at most {self.high}"]
        alternative = "" if self.otherwise is None else f', or "{self.otherwise}"'
        return (" and ".join(bounds) or "a finite number") + alternative


def rule(
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    among: Sequence[str] = (),
    otherwise: str | None = None,
    must_be: str | None = None,
) -> dict[str, Any]:
    """What a field may hold, for its `metadata`. Numbers are always finite.

    Args:
        low: the least number; of a tuple, for each of its numbers.
        high: the greatest.
        above: what it must be greater than.
        among: the only texts.
        otherwise: the one text that may stand in a number's place.
        must_be: the same in words, where the sentence made from the rest would be a poor one.
    """
    return {_RULE: _Rule(low, high, above, tuple(among), otherwise, must_be)}


def from_builtins(cls: type[T], value: Any, *, where: str, notation: Notation = JSON) -> T:
    """The dataclass with the values of a JSON object or TOML table that holds exactly its fields, nested ones too.

    Args:
        cls: a dataclass. Names in its class variable `also_in_files` must be there too, and are not looked at.
        value: what json or tomllib made of the file.
        where: what sentences call the file.
        notation: how it is written.

    Raises:
        EdgewrightError: a field is unknown (with the nearest known name), missing, of another kind or out of range.
    """
    import msgspec

    kind: Any = cls  # mypy finds that a class may not be hashable
    try:
        read = msgspec.convert(value, _shape(kind))
    except msgspec.ValidationError as error:
        raise EdgewrightError(_sentence(error, cls, value, where, notation)) from error
    try:
        made: T = _built(kind, read)
    except EdgewrightError as error:
        raise EdgewrightError(f"{where}: {error}") from error
    return made


def check(instance: Any) -> None:
    """Sees that a dataclass holds what its fields say; for its `__post_init__`.

    What is only written in another way is made uniform: a list becomes the tuple, and a whole number the float, that
    the field asks for. Nested dataclasses are not looked into, for each checks itself.

    Raises:
        EdgewrightError: a field is of another kind or out of range.
    """
    import msgspec

    cls: Any = type(instance)
    for name, kind in _types(cls).items():
        held = getattr(instance, name)
        try:
            read = msgspec.convert(held, kind)
        except msgspec.ValidationError as error:
            raise EdgewrightError(_of_field(cls, name, held, JSON, is_kind=_is_of_kind(error))) from error
        object.__setattr__(instance, name, read)  # also where it is frozen


@cache
def _hints(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in fields(cls)}


@cache
def _rules(cls: type) -> dict[str, _Rule]:
    return {field.name: field.metadata.get(_RULE, _Rule()) for field in fields(cls)}


@cache
def _types(cls: type) -> dict[str, Any]:
    """What msgspec checks each field with that is no dataclass itself."""
    rules = _rules(cls)
    return {name: _narrowed(hint, rules[name]) for name, hint in _hints(cls).items() if not is_dataclass(hint)}


@cache
def _shape(cls: type) -> Any:
    """What msgspec checks a file with: every field must be there, and no other may be."""
    import msgspec

    own = _types(cls)
    kinds = {name: own[name] if name in own else _shape(hint) for name, hint in _hints(cls).items()}
    also = dict.fromkeys(getattr(cls, "also_in_files", ()), Any)
    return msgspec.defstruct(cls.__name__, [*kinds.items(), *also.items()], forbid_unknown_fields=True, frozen=True)


def _narrowed(hint: Any, rule: _Rule) -> Any:
    """The annotation with what the rule says of it."""
    import msgspec

    if hint is str and rule.among:
        return Literal[rule.among]
    if hint is str and rule.otherwise is not None:
        return Literal[rule.otherwise]
    if hint in (int, float):
        return Annotated[hint, msgspec.Meta(**_bounds(rule, limit=_FINITE if hint is float else None))]
    if get_origin(hint) is tuple:
        return tuple[tuple(each if each is ... else _narrowed(each, rule) for each in get_args(hint))]  # type: ignore[misc]
    if get_origin(hint) in _UNIONS:
        return Union[tuple(_narrowed(each, rule) for each in get_args(hint))]  # noqa: UP007 -- made from a tuple
    return hint


def _bounds(rule: _Rule, *, limit: float | None) -> dict[str, Any]:
    """Msgspec's names of what bounds a number; no number is greater than the limit, either way."""
    low = None if limit is None else -limit
    least = {"ge": low if rule.low is None else rule.low} if rule.above is None else {"gt": rule.above}
    return {**least, "le": limit if rule.high is None else rule.high}


def _built(cls: Any, read: Any) -> Any:
    values = {
        name: _built(hint, getattr(read, name)) if is_dataclass(hint) else getattr(read, name)
        for name, hint in _hints(cls).items()
    }
    return cls(**values)


def _sentence(error: msgspec.ValidationError, cls: type, value: Any, where: str, notation: Notation) -> str:
    """What is wrong, by msgspec's message: `Expected ..., got ... - at $.field.field[0]`."""
    path = re.search(r"`\$((?:\.\w+)*)", str(error))
    for name in path[1].split(".")[1:] if path else ():
        hint, held = _hints(cls)[name], value[name]
        if not (is_dataclass(hint) and isinstance(held, Mapping)):
            return f"{where}: {_of_field(cls, name, held, notation, is_kind=_is_of_kind(error))}"
        cls, value, where = hint, held, f"{where}{notation.part.format(name)}"  # type: ignore[assignment]
    return _of_part(cls, value, where)


def _is_of_kind(error: msgspec.ValidationError) -> bool:
    """Whether what was found is of another kind, rather than out of range."""
    return ", got " in str(error)


def _of_part(cls: type, value: Any, where: str) -> str:
    if not isinstance(value, Mapping):
        return f"{where} must be an object, not {value!r}"
    known = (*_hints(cls), *getattr(cls, "also_in_files", ()))
    unknown = [str(name) for name in value if name not in known]
    if unknown:
        return f"{where}: {unknown_name('field', unknown[0], known)}"
    return f"{where} lacks the field(s) {', '.join(name for name in known if name not in value)}"


def _of_field(cls: type, name: str, held: Any, notation: Notation, *, is_kind: bool) -> str:
    hint, rule = _hints(cls)[name], _rules(cls)[name]
    if rule.must_be is not None:
        return f"{name} must be {rule.must_be}, not {held!r}"
    if is_dataclass(hint):
        return f"{name} must be {notation.whole.format(name)}, not {held!r}"
    if rule.among and not is_kind:
        return unknown_name(name.replace("_", " "), str(held), rule.among)
    kinds = get_args(hint) if get_origin(hint) in _UNIONS else (hint,)
    words = " or ".join(dict.fromkeys(notation.kinds[_origin(kind)] for kind in kinds))
    subject = f"each of {name}" if get_origin(hint) is tuple and not is_kind else name
    return f"{subject} must be {words if is_kind else rule.bounds()}, not {held!r}"


def _origin(kind: Any) -> Any:
    origin = get_origin(kind) or kind
    return Mapping if origin in (Mapping, dict) else origin
