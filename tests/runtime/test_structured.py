from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.structured import JSON, TOML, check, from_builtins, rule


@dataclass(frozen=True)
class Part:
    also_in_files: ClassVar[tuple[str, ...]] = ("remark",)

    share: float = field(metadata=rule(above=0, high=1))
    factors: tuple[float, ...]


@dataclass(frozen=True)
class Whole:
    count: int = field(metadata=rule(low=1, high=9))
    layers: int | str = field(metadata=rule(low=0, otherwise="all"))
    colour: str = field(metadata=rule(among=("red", "green")))
    point: tuple[int, int] = field(metadata=rule(low=0, must_be="two whole numbers from 0 on"))
    notes: Mapping[str, Any]
    sure: bool
    part: Part
    limit: int | None = None

    def __post_init__(self) -> None:
        check(self)
        if self.count == 7:
            raise EdgewrightError("count must not be 7 on its own")


VALUE = {
    "count": 3,
    "layers": "all",
    "colour": "red",
    "point": [1, 2],
    "notes": {"a": [1]},
    "sure": True,
    "part": {"share": 1, "factors": [1, 0.5], "remark": None},
    "limit": None,
}


def changed(name: str, value: Any) -> dict[str, Any]:
    owner, _, inner = name.partition(".")
    return {**VALUE, owner: {**VALUE[owner], inner: value} if inner else value}


def test_values_arrive_as_the_fields_say():
    whole = from_builtins(Whole, VALUE, where="a.json")

    assert whole == Whole(3, "all", "red", (1, 2), {"a": [1]}, True, Part(1.0, (1.0, 0.5)), None)
    assert type(whole.part.share) is float


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("count", 0, "a.json: count must be at least 1 and at most 9, not 0"),
        ("count", 10, "a.json: count must be at least 1 and at most 9, not 10"),
        ("count", 3.0, "a.json: count must be a whole number, not 3.0"),
        ("count", True, "a.json: count must be a whole number, not True"),
        ("count", None, "a.json: count must be a whole number, not None"),
        ("count", 7, "a.json: count must not be 7 on its own"),
        ("layers", -1, 'a.json: layers must be at least 0, or "all", not -1'),
        ("layers", "some", "a.json: layers must be at least 0, or \"all\", not 'some'"),
        ("layers", 2.5, "a.json: layers must be a whole number or a text, not 2.5"),
        ("colour", "gren", "a.json: Unknown colour 'gren': did you mean 'green'?"),
        ("colour", 3, "a.json: colour must be a text, not 3"),
        ("point", [1, -2], "a.json: point must be two whole numbers from 0 on, not [1, -2]"),
        ("point", [1], "a.json: point must be two whole numbers from 0 on, not [1]"),
        ("notes", [], "a.json: notes must be an object, not []"),
        ("sure", 1, "a.json: sure must be true or false, not 1"),
        ("limit", "x", "a.json: limit must be a whole number or null, not 'x'"),
        ("part", 3, "a.json: part must be an object, not 3"),
        ("part.share", 0, "a.json, part: share must be above 0 and at most 1, not 0"),
        ("part.share", math.nan, "a.json, part: share must be above 0 and at most 1, not nan"),
        ("part.factors", [1, math.inf], "a.json, part: each of factors must be a finite number, not [1, inf]"),
        ("part.factors", 1, "a.json, part: factors must be a list, not 1"),
        ("part.shar", 1, "a.json, part: Unknown field 'shar': did you mean 'share'?"),
        ("cuont", 1, "a.json: Unknown field 'cuont': did you mean 'count'?"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(name, value, sentence):
    with pytest.raises(EdgewrightError) as error:
        from_builtins(Whole, changed(name, value), where="a.json")

    assert str(error.value) == sentence


def test_toml_is_spoken_of_in_its_own_words():
    for name, value, sentence in (
        ("part", 3, "a.toml: part must be a table, [part], not 3"),
        ("part.share", 0, "a.toml, [part]: share must be above 0 and at most 1, not 0"),
        ("colour", 3, "a.toml: colour must be a text in quotes, not 3"),
    ):
        with pytest.raises(EdgewrightError) as error:
            from_builtins(Whole, changed(name, value), where="a.toml", notation=TOML)
        assert str(error.value) == sentence


@given(st.sets(st.sampled_from(sorted(VALUE)), min_size=1))
def test_all_missing_fields_are_named_at_once(missing):
    value = {name: given for name, given in VALUE.items() if name not in missing}

    with pytest.raises(EdgewrightError) as error:
        from_builtins(Whole, value, where="a.json")

    expected = ", ".join(each.name for each in fields(Whole) if each.name in missing)
    assert str(error.value) == f"a.json lacks the field(s) {expected}"


@pytest.mark.parametrize("value", [None, [], 3, "x"])
def test_what_is_no_object_is_refused(value):
    with pytest.raises(EdgewrightError) as error:
        from_builtins(Whole, value, where="a.json")

    assert str(error.value) == f"a.json must be an object, not {value!r}"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.sampled_from([*VALUE, "part.share", "part.factors", "part.remark", "new"]), JSON_VALUES)
def test_any_json_either_fits_or_is_refused_in_a_sentence(name, value):
    try:
        whole = from_builtins(Whole, changed(name, value), where="a.json", notation=JSON)
    except EdgewrightError as error:
        assert str(error).startswith("a.json")  # noqa: PT017 -- either is right
        return
    again = asdict(whole)
    again["part"]["remark"] = None
    assert from_builtins(Whole, again, where="a.json") == whole


@pytest.mark.parametrize("change", [{"count": 0}, {"colour": "blue"}, {"point": (1, 2, 3)}, {"sure": "yes"}])
def test_instance_made_in_code_is_checked_as_well(change):
    whole = asdict(from_builtins(Whole, VALUE, where="a.json")) | {"part": Part(1.0, ())}

    with pytest.raises(EdgewrightError, match=next(iter(change))):
        Whole(**whole | change)


def test_msgspec_is_imported_only_where_something_is_read():
    probe = "import sys, edgewright_runtime, edgewright_runtime.cli; print('msgspec' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
