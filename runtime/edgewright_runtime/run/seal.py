"""A model file's own hash at its end, by which damage shows where no manifest lies beside it.

The hash is that of all bytes before it, and stands where readers of the format look past it: in a .tflite file it is
the comment of the zip archive that holds labels and contract, in an .onnx file a last entry of the metadata, which
protobuf lets one append. Files that were made elsewhere have none, and are taken as they are.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from ..errors import CheckFailedError
from ..hashing import sha256_of_bytes

_NAME = b"edgewright.sha256"
_DIGITS = 64
_COMMENT = _NAME + b"="

# A model's field 14, metadata_props, is a message of a key (field 1) and a value (field 2); all are shorter than 128
# bytes, so that each length is one byte. Source: onnx.proto, and protobuf's encoding.
_KEY = b"\x0a" + bytes((len(_NAME),)) + _NAME + b"\x12" + bytes((_DIGITS,))
_ENTRY = b"\x72" + bytes((len(_KEY) + _DIGITS,)) + _KEY

_BEFORE = {".tflite": _COMMENT, ".onnx": _ENTRY}
"""What stands right before the hash, by the file's suffix."""

_END_OF_ZIP = b"PK\x05\x06"
_END_OF_ZIP_BYTES = 22  # without a comment
_BLOCK_BYTES = 1 << 20


def sealed(data: bytes, suffix: str) -> bytes:
    """The file with its hash at its end; as it is where its format has no place for it.

    Args:
        data: of the file, without a hash of its own.
        suffix: of its name.
    """
    if suffix == ".onnx":
        return _hashed(data + _ENTRY)
    if suffix == ".tflite" and data[-_END_OF_ZIP_BYTES:].startswith(_END_OF_ZIP) and data.endswith(b"\0\0"):
        length = len(_COMMENT) + _DIGITS
        return _hashed(data[:-2] + length.to_bytes(2, "little") + _COMMENT)
    return data


def unsealed(data: bytes, suffix: str) -> bytes:
    """The .onnx file without the hash at its end, which would stay in what is made from it; others as they are."""
    tail = len(_ENTRY) + _DIGITS
    return data[:-tail] if suffix == ".onnx" and data[-tail:].startswith(_ENTRY) else data


def check_seal(path: Path) -> None:
    """Sees that a file with a hash at its end is what it was.

    Raises:
        CheckFailedError: it is not.
        OSError: it cannot be read.
    """
    before = _BEFORE.get(path.suffix.lower())
    if before is None or not path.is_file():
        return
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        tail = len(before) + _DIGITS
        if size < tail:
            return
        file.seek(size - tail)
        end = file.read()
        if not end.startswith(before):
            return
        file.seek(0)
        if _hash_of(file, size - _DIGITS) != end[-_DIGITS:]:
            raise CheckFailedError(
                f"{path} is not the file that Edgewright wrote (the SHA-256 at its end differs): it was changed or "
                f"damaged; convert or copy it again"
            )


def _hashed(data: bytes) -> bytes:
    return data + sha256_of_bytes(data).encode()


def _hash_of(file: IO[bytes], count: int) -> bytes:
    import hashlib  # here, for most files that a board runs lie in a run folder

    digest = hashlib.sha256()
    while count and (block := file.read(min(count, _BLOCK_BYTES))):
        digest.update(block)
        count -= len(block)
    return digest.hexdigest().encode()
