"""Puts TFLite metadata and its files into a finished .tflite file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import flatbuffers
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import number_types
from flatbuffers.table import Table

from edgewright_runtime.errors import EdgewrightError

_IDENTIFIER = b"TFL3"
_ENTRY_NAME = "TFLITE_METADATA"

_ALIGNMENT = 16
"""The schema's `force_align` of buffers: kernels read weights in place."""

_TIMESTAMP = (1980, 1, 1, 0, 0, 0)

Writer = Callable[[Any, int], None]
"""One of flatc's generated functions: puts a value into a field of the table that a builder has begun."""


def tflite_with_metadata(data: bytes, metadata: bytes, files: Mapping[str, bytes]) -> bytes:
    """The .tflite file with a metadata flatbuffer in it and the files that it names behind it, as a zip archive.

    Args:
        data: a .tflite file without TFLite metadata.
        metadata: what `metadata.metadata_of` gives.
        files: contents by name.

    Raises:
        EdgewrightError: the file's root has fields that the installed ai-edge-litert does not know.
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
    buffers = [end - at for at in _tables_in(root, schema.ModelAddBuffers)]
    entries = [end - at for at in _tables_in(root, schema.ModelAddMetadata)]
    entries.append(_entry(builder, buffer=len(buffers)))
    buffers.append(_buffer(builder, metadata))
    changed = {
        schema.ModelAddBuffers: _vector(builder, buffers),
        schema.ModelAddMetadata: _vector(builder, entries),
    }
    builder.Finish(_root(builder, root, changed, end), _IDENTIFIER)
    return bytes(builder.Output())


def _place(builder: Any, data: bytes) -> int:
    """Writes the old file at the builder's end; where it begins, counted from there as builders do."""
    builder.Prep(_ALIGNMENT, 0)
    builder.Pad(-len(data) % _ALIGNMENT)
    builder.head -= len(data)
    builder.Bytes[builder.head : builder.head + len(data)] = data
    return int(builder.Offset())


def _tables_in(root: Table, field: Writer) -> list[int]:
    """Where the tables in a vector of the old root lie, in bytes from the old file's beginning."""
    slot = _slot(root, field)
    if not slot:
        return []
    first = root.Vector(slot)
    return [root.Indirect(first + 4 * number) for number in range(root.VectorLen(slot))]


def _slot(root: Table, field: Writer) -> int:
    """Where the field lies in its table, in bytes from the table's beginning; 0 if it is absent."""
    return int(root.Offset(4 + 2 * field_number(field)))


class _NumberOfField:
    """Stands in for a builder, to note which field a generated function writes: flatc gives no other name for it."""

    def PrependUOffsetTRelativeSlot(self, slot: int, value: int, default: int) -> None:  # noqa: N802, ARG002
        self.number = slot

    PrependUint32Slot = PrependUOffsetTRelativeSlot


def field_number(field: Writer) -> int:
    """The number, in the schema, of the field that a function such as `schema.ModelAddBuffers` writes."""
    noted = _NumberOfField()
    field(noted, 0)
    return noted.number


def _entry(builder: Any, *, buffer: int) -> int:
    name = builder.CreateString(_ENTRY_NAME)
    schema.MetadataStart(builder)
    schema.MetadataAddName(builder, name)
    schema.MetadataAddBuffer(builder, buffer)
    return int(schema.MetadataEnd(builder))


def _buffer(builder: Any, content: bytes) -> int:
    builder.Prep(_ALIGNMENT, len(content))
    vector = builder.CreateByteVector(content)
    schema.BufferStart(builder)
    schema.BufferAddData(builder, vector)
    return int(schema.BufferEnd(builder))


def _vector(builder: Any, offsets: list[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())


def _root(builder: Any, root: Table, changed: Mapping[Writer, int], end: int) -> int:
    """A table with the fields of the old root, two of them changed."""
    references = _references()
    _check_fields(root, known=len(references) + 1)
    schema.ModelStart(builder)
    schema.ModelAddVersion(builder, schema.Model.GetRootAs(root.Bytes).Version())
    for field in references:
        slot = _slot(root, field)
        if field in changed:
            field(builder, changed[field])
        elif slot:
            field(builder, end - root.Indirect(root.Pos + slot))
    return int(schema.ModelEnd(builder))


def _references() -> list[Writer]:
    """The writers of a model's fields in the schema's order, without the version: all others are references."""
    writers = [writer for name, writer in vars(schema).items() if name.startswith("ModelAdd")]
    return sorted((each for each in writers if each is not schema.ModelAddVersion), key=field_number)


def _check_fields(root: Table, *, known: int) -> None:
    vtable = root.Pos - root.Get(number_types.SOffsetTFlags, root.Pos)
    # Two bytes with its own size, two with the table's, then two per field.
    found = int(root.Get(number_types.VOffsetTFlags, vtable) - 4) // 2
    if found > known:
        raise EdgewrightError(
            f"The .tflite file's model has {found} fields, but the installed ai-edge-litert knows {known} of them; "
            f"metadata would be written at the price of the others: pip install --upgrade ai-edge-litert"
        )


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
