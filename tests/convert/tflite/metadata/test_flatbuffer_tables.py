"""Small flatbuffers are written so that flatbuffers' own reader finds every value again."""

from enum import IntEnum

import flatbuffers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_convert.tflite.metadata.flatbuffer_tables import Table, TableType, flatbuffer_from_table

number_types = flatbuffers.number_types
POINT = TableType("Point", ("name", "number", "kind", "parts", "values"))


class Kind(IntEnum):
    ONE = 1


def opened(data: bytes) -> flatbuffers.table.Table:
    start = flatbuffers.encode.Get(flatbuffers.packer.uoffset, data, 0)
    return flatbuffers.table.Table(bytearray(data), start)


def place(table: flatbuffers.table.Table, field: str) -> int:
    """Where the field's value lies; 0 where it is left out."""
    offset = table.Offset(4 + 2 * POINT.number(field))
    return offset and offset + table.Pos


@given(
    name=st.text(max_size=40),
    number=st.integers(1, 2**32 - 1),
    values=st.lists(st.floats(width=32, allow_nan=False), max_size=9),
    parts=st.integers(0, 4),
)
def test_every_value_is_found_again(name, number, values, parts):
    inner = tuple(POINT.of(number=index + 1) for index in range(parts))
    root = POINT.of(name=name, number=number, kind=Kind.ONE, parts=inner, values=tuple(values))
    data = flatbuffer_from_table(root, b"TEST")
    assert data[4:8] == b"TEST"
    table = opened(data)
    assert table.String(place(table, "name")).decode() == name
    assert table.Get(number_types.Uint32Flags, place(table, "number")) == number
    assert table.Get(number_types.Uint8Flags, place(table, "kind")) == 1
    for field, expected in (("parts", parts), ("values", len(values))):
        offset = place(table, field) - table.Pos
        assert table.VectorLen(offset) == expected
    start = table.Vector(place(table, "values") - table.Pos)
    assert [table.Get(number_types.Float32Flags, start + 4 * n) for n in range(len(values))] == values


def test_fields_that_are_left_out_are_not_there_and_the_bytes_are_always_the_same():
    table = opened(flatbuffer_from_table(POINT.of(number=7), b"TEST"))
    assert place(table, "name") == 0
    root = POINT.of(name="a", parts=(POINT.of(number=1),))
    assert flatbuffer_from_table(root, b"TEST") == flatbuffer_from_table(root, b"TEST")
    assert isinstance(root, Table)


def test_field_that_the_schema_does_not_know_is_refused():
    with pytest.raises(ValueError, match="not in tuple"):
        POINT.of(colour=1)
