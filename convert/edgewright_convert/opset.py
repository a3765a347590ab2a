"""The opset of an .onnx file, read without the onnx package: a board that builds an engine often has none."""

from __future__ import annotations

from edgewright_runtime.errors import EdgewrightError

_OPSET_IMPORT = 8
"""Of ModelProto: repeated OperatorSetIdProto, of which field 1 is the domain and field 2 the version (onnx.proto)."""

_STANDARD_DOMAINS = frozenset({b"", b"ai.onnx"})
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5


def opset_of(data: bytes) -> int:
    """The version of ONNX's own operators that the file is written in.

    Args:
        data: content of the file.

    Raises:
        EdgewrightError: it names none, or is no ONNX file.
    """
    try:
        imports = [value for number, value in _fields(memoryview(data)) if number == _OPSET_IMPORT]
        found = [dict(_fields(value)) for value in imports if isinstance(value, memoryview)]
        versions = [each[2] for each in found if each.get(1, b"") in _STANDARD_DOMAINS]
    except (IndexError, KeyError, ValueError, TypeError) as error:
        raise EdgewrightError(f"The ONNX file is damaged where its opset stands ({error})") from error
    if not versions:
        raise EdgewrightError("The ONNX file does not say which opset it is written in")
    return max(int(version) for version in versions)


def _fields(data: memoryview) -> list[tuple[int, int | memoryview]]:
    """Number and value of each field of a protobuf message.

    Source: protobuf.dev/programming-guides/encoding.
    """
    found: list[tuple[int, int | memoryview]] = []
    place = 0
    while place < len(data):
        tag, place = _varint(data, place)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, place = _varint(data, place)
            found.append((number, value))
            continue
        if kind == _LENGTH:
            size, place = _varint(data, place)
        elif kind in {_FIXED64, _FIXED32}:
            size = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"a field of the unknown kind {kind}")
        if place + size > len(data):
            raise IndexError("a field reaches beyond its end")
        found.append((number, data[place : place + size]))
        place += size
    return found


def _varint(data: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if not byte & 0x80:
            return value, place
