"""Writes small flatbuffers from values, for schemas that no installed package has generated code for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import flatbuffers


@dataclass(frozen=True)
class Byte:
    """A field of one byte: an enumeration's value, or the kind of a union."""

    value: int


@dataclass(frozen=True)
class UInt:
    """A field of four bytes without sign."""

    value: int


@dataclass(frozen=True)
class Table:
    """A table: its fields by their ids, that is by their order in the schema, where a union counts twice."""

    fields: Mapping[int, Field]


Field = str | Byte | UInt | Table | tuple[Table, ...] | tuple[float, ...]


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
        if isinstance(value, Byte):
            builder.PrependUint8Slot(slot, value.value, 0)
        elif isinstance(value, UInt):
            builder.PrependUint32Slot(slot, value.value, 0)
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
