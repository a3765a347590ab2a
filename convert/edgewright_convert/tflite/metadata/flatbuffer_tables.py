"""Writes small flatbuffers from values, for schemas that no installed package has generated code for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import flatbuffers


@dataclass(frozen=True)
class TableType:
    """A table of a schema.

    Attributes:
        name: as the schema has it.
        fields: names in the schema's order, where a union counts twice; the last ones may be missing.
    """

    name: str
    fields: tuple[str, ...]

    def of(self, **values: Field) -> Table:
        """A table of this type with these fields.

        Raises:
            ValueError: a field is not one of the table's.
        """
        return Table({self.number(name): value for name, value in values.items()})

    def number(self, field: str) -> int:
        """The number of a field in the schema.

        Raises:
            ValueError: the table has no such field.
        """
        return self.fields.index(field)


@dataclass(frozen=True)
class Table:
    """A table: its fields by their numbers in the schema."""

    fields: Mapping[int, Field]


Field = str | int | IntEnum | Table | tuple[Table, ...] | tuple[float, ...]
"""Text; four bytes without sign; one byte (an enumeration's value, a union's kind); or what a field refers to."""


def flatbuffer_from_table(root: Table, identifier: bytes) -> bytes:
    """The flatbuffer with that root; the same table always gives the same bytes.

    Args:
        root: the root table.
        identifier: the schema's `file_identifier`, 4 bytes.
    """
    builder = flatbuffers.Builder(1024)
    builder.Finish(_table(builder, root), identifier)
    return bytes(builder.Output())


def _table(builder: Any, table: Table) -> int:
    # What a table points at is written before it.
    offsets = {slot: _pointed_at(builder, value) for slot, value in table.fields.items()}
    builder.StartObject(max(table.fields, default=-1) + 1)
    for slot, value in table.fields.items():
        if isinstance(value, IntEnum):
            builder.PrependUint8Slot(slot, int(value), 0)
        elif isinstance(value, int):
            builder.PrependUint32Slot(slot, value, 0)
        else:
            builder.PrependUOffsetTRelativeSlot(slot, offsets[slot], 0)
    return int(builder.EndObject())


def _pointed_at(builder: Any, value: Field) -> int:
    if isinstance(value, str):
        return int(builder.CreateString(value))
    if isinstance(value, Table):
        return _table(builder, value)
    if isinstance(value, tuple):
        return _vector(builder, value)
    return 0


def _vector(builder: Any, values: tuple[Table, ...] | tuple[float, ...]) -> int:
    elements = [_table(builder, each) if isinstance(each, Table) else each for each in values]
    tables = any(isinstance(each, Table) for each in values)
    builder.StartVector(4, len(elements), 4)
    for element in reversed(elements):
        if tables:
            builder.PrependUOffsetTRelative(element)
        else:
            builder.PrependFloat32(element)
    return int(builder.EndVector())
