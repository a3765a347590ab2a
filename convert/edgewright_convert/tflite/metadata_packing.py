"""Puts TFLite metadata and its files into a finished .tflite file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import flatbuffers
from flatbuffers import number_types
from flatbuffers.table import Table

_IDENTIFIER = b"TFL3"
_ENTRY_NAME = "TFLITE_METADATA"

# Ids of fields in TFLite's schema.fbs. Every other field of Model is a reference.
_MODEL_VERSION, _MODEL_BUFFERS, _MODEL_METADATA = 0, 4, 6
_BUFFER_DATA = 0
_METADATA_NAME, _METADATA_BUFFER = 0, 1

_ALIGNMENT = 16
"""The schema's `force_align` of buffers: kernels read weights in place."""

_TIMESTAMP = (1980, 1, 1, 0, 0, 0)


def tflite_with_metadata(data: bytes, metadata: bytes, files: Mapping[str, bytes]) -> bytes:
    """The .tflite file with a metadata flatbuffer in it and the files that it names behind it, as a zip archive.

    Args:
        data: a .tflite file without TFLite metadata.
        metadata: what `tflite_metadata.metadata_of` gives.
        files: contents by name.
    """
    return _with_files(_with_entry(data, metadata), files)


def _with_entry(data: bytes, metadata: bytes) -> bytes:
    """The model with one buffer and one metadata entry more.

    A new root is put in front of the file, and refers to what it shares with the old one where that lies: flatbuffers
    only ever refer forwards. The usual way, to unpack the model into objects and pack it again, silently drops what the
    installed schema does not know and loses the alignment of buffers, which Python's generated code does not keep.
    """
    builder = flatbuffers.Builder(len(data) + len(metadata) + 4096)
    end = _place(builder, data)
    root = Table(data, int.from_bytes(data[:4], "little"))
    buffers = [end - at for at in _tables_in(root, _MODEL_BUFFERS)]
    entries = [end - at for at in _tables_in(root, _MODEL_METADATA)]
    entries.append(_entry(builder, buffer=len(buffers)))
    buffers.append(_buffer(builder, metadata))
    changed = {_MODEL_BUFFERS: _vector(builder, buffers), _MODEL_METADATA: _vector(builder, entries)}
    builder.Finish(_root(builder, root, changed, end), _IDENTIFIER)
    return bytes(builder.Output())


def _place(builder: Any, data: bytes) -> int:
    """Writes the old file at the builder's end; where it begins, counted from there as builders do."""
    builder.Prep(_ALIGNMENT, 0)
    builder.Pad(-len(data) % _ALIGNMENT)
    builder.head -= len(data)
    builder.Bytes[builder.head : builder.head + len(data)] = data
    return int(builder.Offset())


def _tables_in(root: Table, field: int) -> list[int]:
    """Where the tables in a vector of the old root lie, in bytes from the old file's beginning."""
    slot = _slot(root, field)
    if not slot:
        return []
    first = root.Vector(slot)
    return [root.Indirect(first + 4 * number) for number in range(root.VectorLen(slot))]


def _slot(root: Table, field: int) -> int:
    return int(root.Offset(4 + 2 * field))


def _entry(builder: Any, *, buffer: int) -> int:
    name = builder.CreateString(_ENTRY_NAME)
    builder.StartObject(2)
    builder.PrependUOffsetTRelativeSlot(_METADATA_NAME, name, 0)
    builder.PrependUint32Slot(_METADATA_BUFFER, buffer, 0)
    return int(builder.EndObject())


def _buffer(builder: Any, content: bytes) -> int:
    builder.Prep(_ALIGNMENT, len(content))
    vector = builder.CreateByteVector(content)
    builder.StartObject(1)
    builder.PrependUOffsetTRelativeSlot(_BUFFER_DATA, vector, 0)
    return int(builder.EndObject())


def _vector(builder: Any, offsets: list[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())


def _root(builder: Any, root: Table, changed: Mapping[int, int], end: int) -> int:
    """A table with the fields of the old root, two of them changed."""
    fields = max(_fields_in(root), *(field + 1 for field in changed))
    builder.StartObject(fields)
    for field in range(fields):
        slot = _slot(root, field)
        if field in changed:
            builder.PrependUOffsetTRelativeSlot(field, changed[field], 0)
        elif slot and field == _MODEL_VERSION:
            builder.PrependUint32Slot(field, root.Get(number_types.Uint32Flags, root.Pos + slot), 0)
        elif slot:
            builder.PrependUOffsetTRelativeSlot(field, end - root.Indirect(root.Pos + slot), 0)
    return int(builder.EndObject())


def _fields_in(root: Table) -> int:
    vtable = root.Pos - root.Get(number_types.SOffsetTFlags, root.Pos)
    # Two bytes with its own size, two with the table's, then two per field.
    return int(root.Get(number_types.VOffsetTFlags, vtable) - 4) // 2


def _with_files(data: bytes, files: Mapping[str, bytes]) -> bytes:
    """The model with a zip archive behind it: stored, because readers point into the file, and without a clock."""
    whole = io.BytesIO(data)
    whole.seek(0, io.SEEK_END)
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, _TIMESTAMP)
            member.create_system = 3  # Unix, whatever this machine is
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)
    return whole.getvalue()
