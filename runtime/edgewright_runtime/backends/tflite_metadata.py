"""What the TFLite metadata inside a .tflite file says of its input: the few fields that tell whether pixels go in raw.

flatbuffers is no dependency of the runtime, and these fields need little of it. Layout:
https://flatbuffers.dev/internals; field numbers: TFLite's schema.fbs, version 3, and metadata_schema.fbs, 1.5.0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_IDENTIFIER_AT, _IDENTIFIER = 4, b"M001"
_ENTRY_NAME = b"TFLITE_METADATA"

_MODEL_BUFFERS, _MODEL_METADATA = 4, 6
_ENTRY_NAME_FIELD, _ENTRY_BUFFER = 0, 1
_BUFFER_DATA = 0
_SUBGRAPHS, _INPUTS, _PROCESS_UNITS = 3, 2, 4
_OPTIONS_TYPE, _OPTIONS, _NORMALIZATION = 0, 1, 1
_MEAN, _STD = 0, 1


class StatedNormalisation(NamedTuple):
    """What readers do to pixels before they give them to the model: (pixel - mean) / std.

    Attributes:
        mean: one value, or one per channel.
        std: likewise.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]


def stated_normalisation(data: bytes) -> StatedNormalisation | None:
    """The normalisation that a .tflite file's metadata states of its first input; None where it states none.

    Raises:
        ValueError: the metadata, or what leads to it, points outside the file.
    """
    content = _metadata(data)
    if content is None or content[_IDENTIFIER_AT : _IDENTIFIER_AT + 4] != _IDENTIFIER:
        return None
    for subgraph in _tables(_root(content), _SUBGRAPHS):
        for tensor in _tables(subgraph, _INPUTS):
            return _of_tensor(tensor)
    return None


class _Table(NamedTuple):
    data: bytes
    at: int


def _metadata(data: bytes) -> bytes | None:
    model = _root(data)
    for entry in _tables(model, _MODEL_METADATA):
        if _content(entry, _ENTRY_NAME_FIELD) == _ENTRY_NAME:
            at = _field(entry, _ENTRY_BUFFER)
            number = 0 if at is None else _unsigned(data, at, 4)
            buffer = next((each for place, each in enumerate(_tables(model, _MODEL_BUFFERS)) if place == number), None)
            return None if buffer is None else _content(buffer, _BUFFER_DATA)
    return None


def _of_tensor(tensor: _Table) -> StatedNormalisation | None:
    for unit in _tables(tensor, _PROCESS_UNITS):
        kind, options = _field(unit, _OPTIONS_TYPE), _field(unit, _OPTIONS)
        if kind is not None and options is not None and unit.data[kind] == _NORMALIZATION:
            table = _Table(unit.data, _pointed_at(unit.data, options))
            return StatedNormalisation(_floats(table, _MEAN), _floats(table, _STD))
    return None


def _root(data: bytes) -> _Table:
    return _Table(data, _pointed_at(data, 0))


def _unsigned(data: bytes, at: int, size: int) -> int:
    if not 0 <= at <= len(data) - size:
        raise ValueError(f"offset {at} is outside its {len(data)} bytes")
    return int.from_bytes(data[at : at + size], "little")


def _pointed_at(data: bytes, at: int) -> int:
    return at + _unsigned(data, at, 4)


def _field(table: _Table, number: int) -> int | None:
    """Where a field of the table lies; None where it is left out."""
    data, at = table
    back = _unsigned(data, at, 4)
    vtable = at - (back - (1 << 32) if back >= 1 << 31 else back)
    slot = 4 + 2 * number
    offset = _unsigned(data, vtable + slot, 2) if slot < _unsigned(data, vtable, 2) else 0
    if not offset:
        return None
    _unsigned(data, at + offset, 1)
    return at + offset


def _vector(table: _Table, number: int, *, size: int) -> tuple[int, int]:
    """Where the elements of a vector begin, and how many there are, all of them inside the data."""
    at = _field(table, number)
    if at is None:
        return 0, 0
    start = _pointed_at(table.data, at)
    count = _unsigned(table.data, start, 4)
    if count * size > len(table.data) - start - 4:
        raise ValueError(f"a list of {count} is longer than what is left of its {len(table.data)} bytes")
    return start + 4, count


def _tables(table: _Table, number: int) -> Iterator[_Table]:
    start, count = _vector(table, number, size=4)
    for place in range(start, start + 4 * count, 4):
        yield _Table(table.data, _pointed_at(table.data, place))


def _content(table: _Table, number: int) -> bytes:
    """The bytes of a text or a list of bytes."""
    start, count = _vector(table, number, size=1)
    return table.data[start : start + count]


def _floats(table: _Table, number: int) -> tuple[float, ...]:
    start, count = _vector(table, number, size=4)
    return struct.unpack_from(f"<{count}f", table.data, start)
