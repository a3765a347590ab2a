"""SHA-256 of files and bytes."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .atomic import cannot_write

_BLOCK_BYTES = 1 << 20
_IN_MEMORY_BYTES = 64 << 20
"""A larger file is copied to disk, not into memory; photographs are far smaller."""

_SMALL_BYTES = 2 << 20
"""Up to here Python's own SHA-256 is done before OpenSSL's is loaded, which takes 4 MB of memory and is faster then."""


@dataclass(frozen=True)
class Content:
    """What was in a file when it was read, whatever becomes of the file.

    Attributes:
        source: the bytes, or for a large file the path of a copy.
        sha256: of exactly these bytes, 64 lower-case hex digits.
    """

    source: bytes | Path
    sha256: str


def open_regular(path: str | os.PathLike[str]) -> IO[bytes]:
    """The file, opened to be read, where it is a file: a pipe would be waited for, and a device read without end.

    Raises:
        OSError: it cannot be opened, or is a folder or another thing.
    """
    # Without waiting, or a pipe that nobody writes to would never be opened.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", os.fspath(path))


@contextlib.contextmanager
def content_of(path: Path) -> Iterator[Content]:
    """The content of a file, read once: what is hashed is what the block goes on to use. A copy goes with the block.

    Raises:
        OSError: the file cannot be read.
        EdgewrightError: it is large, and there is no space on disk for the copy.
    """
    with open_regular(path) as file:
        if os.fstat(file.fileno()).st_size <= _IN_MEMORY_BYTES:
            data = file.read()
            yield Content(data, sha256_of_bytes(data))
            return
        import tempfile  # here and in other modules: it brings shutil, random and lzma, which most calls never need

        with tempfile.TemporaryDirectory(prefix="edgewright-") as folder:
            copy = Path(folder) / "content"
            with copy.open("wb") as target:
                sha256 = _sha256_of_stream(file, target)
            yield Content(copy, sha256)


def sha256_of_file(path: Path) -> str:
    """The file's SHA-256 as 64 lower-case hex digits."""
    with open_regular(path) as file:
        return _sha256_of_stream(file)


def _new_digest(size_bytes: int) -> Any:
    """A SHA-256 to be fed: for a small file, the one that Python carries for where there is no OpenSSL."""
    if size_bytes <= _SMALL_BYTES and "hashlib" not in sys.modules:
        for module in ("_sha2", "_sha256"):  # since Python 3.12, and until then
            with contextlib.suppress(ImportError):
                return importlib.import_module(module).sha256()
    import hashlib

    return hashlib.sha256()


def _sha256_of_stream(file: IO[bytes], copy: IO[bytes] | None = None) -> str:
    digest = _new_digest(os.fstat(file.fileno()).st_size)
    while block := file.read(_BLOCK_BYTES):
        digest.update(block)
        if copy is not None:
            _write(copy, block)
    text: str = digest.hexdigest()
    return text


def _write(file: IO[bytes], block: bytes) -> None:
    try:
        file.write(block)
    except OSError as error:  # a full disk is no fault of the file that is read
        raise cannot_write(Path(file.name), error) from error


def files_of(path: Path) -> list[Path]:
    """The file itself, or all files in the folder and below, sorted."""
    return [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())


def sha256_of_bytes(data: bytes) -> str:
    """The data's SHA-256 as 64 lower-case hex digits."""
    digest = _new_digest(len(data))
    digest.update(data)
    text: str = digest.hexdigest()
    return text
