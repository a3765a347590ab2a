"""SHA-256 of files and bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

_BLOCK_BYTES = 1 << 20


def sha256_of_file(path: Path) -> str:
    """The file's SHA-256 as 64 lower-case hex digits."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def files_of(path: Path) -> list[Path]:
    """The file itself, or all files in the folder and below, sorted."""
    return [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())


def sha256_of_bytes(data: bytes) -> str:
    """The data's SHA-256 as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()
