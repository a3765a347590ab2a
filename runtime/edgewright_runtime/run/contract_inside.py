"""The contract that a converted file carries, compared with the one that lies beside it.

A contract is a few numbers, and a damaged one is often a contract too. Where no manifest lists it, the file itself says
what it was made with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import CheckFailedError

_NAME = "preprocessing.json"
_ONNX_KEY = b"edgewright.preprocessing"
_ONNX_METADATA = 14  # field of ModelProto: messages of a key (field 1) and a value (field 2); source: onnx.proto
_SMALL_BYTES = 1 << 20
_LENGTH_DELIMITED, _VARINT = 2, 0


def check_contract_inside(model: Path, beside: Path, contract: Mapping[str, Any]) -> None:
    """Refuses a contract that differs from the one inside the model file; files without one are taken as they are.

    Args:
        model: a .tflite or .onnx file; others carry none.
        beside: where the contract was read, for the error.
        contract: as `Preprocessing.to_dict` gives it.

    Raises:
        CheckFailedError: naming the first field that differs.
    """
    inside = contract_inside(model)
    if inside is None:
        return
    given = json.loads(json.dumps(contract))
    differing = next((name for name in given if name in inside and inside[name] != given[name]), None)
    if differing is not None:
        raise CheckFailedError(
            f"{beside} is not the contract that {model.name} was made with ({differing} is "
            f"{given[differing]!r}, and {inside[differing]!r} inside it): it was changed or damaged; copy it again, or "
            f"name it with --preprocessing if it is meant"
        )


def contract_inside(model: Path) -> dict[str, Any] | None:
    """The contract in the file; None where there is none that can be read."""
    readers = {".tflite": _in_tflite, ".onnx": _in_onnx}
    read = readers.get(model.suffix.lower())
    if read is None or not model.is_file():
        return None
    try:
        found = json.loads(read(model) or "null")
    except (ValueError, OSError):
        return None
    return found if isinstance(found, dict) else None


def _in_tflite(path: Path) -> str | None:
    import zipfile  # here, for a board's files mostly lie in a run folder

    try:
        with zipfile.ZipFile(path) as packed:
            info = packed.getinfo(_NAME)
            return packed.read(info).decode() if info.file_size <= _SMALL_BYTES else None
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None


def _in_onnx(path: Path) -> str | None:
    """The value of the metadata's key, found without a library: the other fields are passed over by their length."""
    with path.open("rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == _VARINT:
            _, at = _varint(data, at)
        elif kind == _LENGTH_DELIMITED:
            length, at = _varint(data, at)
            if tag >> 3 == _ONNX_METADATA and _ONNX_KEY in data[at : at + len(_ONNX_KEY) + 2]:
                return _value(data[at : at + length])
            at += length
        else:
            return None  # no field of a model is of another kind
    return None


def _value(entry: bytes) -> str | None:
    _, at = _varint(entry, 0)
    length, at = _varint(entry, at)
    at += length
    _, at = _varint(entry, at)
    length, at = _varint(entry, at)
    return entry[at : at + length].decode()


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A whole number and where it ends; ValueError where the data ends first."""
    value = shift = 0
    while at < len(data):
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise ValueError("a number is cut off")
