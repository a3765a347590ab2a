"""Files that appear whole or not at all.

Every artefact is written to a temporary name beside its target, flushed to the disk and renamed, so that a killed
process, a full disk or a read-only folder leaves either the old file or the new one.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from .errors import EdgewrightError

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission is denied",
    errno.EPERM: "the operation is not permitted",
    errno.ENOTDIR: "a part of the path is not a folder",
    errno.EISDIR: "it is a folder",
    errno.EEXIST: "a file has the name of its folder",
    errno.EFBIG: "the file grew over the size limit",
}


def cannot_write(path: Path, error: OSError) -> EdgewrightError:
    """The error that says in one sentence why `path` was not written."""
    reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
    return EdgewrightError(f"Cannot write {path}: {reason}; free it up or choose another folder.")


def make_folder(path: Path) -> Path:
    """The folder, made with its parents where they are missing."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
    return path


@contextlib.contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path with the target's suffix; when the block ends well, it is renamed to `path`.

    For libraries that write a file or a folder by name themselves. A folder target is replaced whole.

    Raises:
        EdgewrightError: the disk is full, read-only, or the like; the old file is still there.
    """
    import shutil  # here, for reading a model needs neither, and they bring much with them
    import tempfile

    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        holder = Path(tempfile.mkdtemp(prefix=".partial-", dir=path.parent))
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        temporary = holder / path.name
        yield temporary
        _flush(temporary)
        _replace(temporary, path, holder)
    except OSError as error:
        if error.errno in _REASONS:
            raise cannot_write(path, error) from error
        raise
    finally:
        shutil.rmtree(holder, ignore_errors=True)


def _flush(path: Path) -> None:
    if path.is_dir():
        return
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _replace(temporary: Path, path: Path, holder: Path) -> None:
    if path.is_dir() and temporary.is_dir():
        # A folder cannot be renamed over a full one: move the old one into the holder, which goes away afterwards.
        old = holder / f"{path.name}.old"
        path.rename(old)
        try:
            temporary.replace(path)
        except OSError:
            old.rename(path)
            raise
        return
    temporary.replace(path)


def write_bytes(path: Path, data: bytes) -> None:
    """Writes `data` to `path`, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Writes `text` as UTF-8 to `path`, whole or not at all."""
    write_bytes(path, text.encode("utf-8"))
