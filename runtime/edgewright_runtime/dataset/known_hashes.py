"""The SHA-256 of many files, each read only if it has changed since it was read last."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..errors import EdgewrightError
from ..hashing import sha256_of_file
from ..strict_json import read_object, write_object

UNREADABLE = ""
"""Stands for the hash of a file that cannot be read."""

_SETTLED_NS = 3_000_000_000
"""A file that was changed less long ago may change again without another date: some file systems count in 2 s."""

Stamp = list[int]
"""Size in bytes, time of the last change of the content, and of the file's entry, both in ns."""


def hashes_of(
    paths: Sequence[str], *, kept_in: Path, on_progress: Callable[[int, int], None] | None = None
) -> dict[str, str]:
    """The SHA-256 of every file, `UNREADABLE` for one that cannot be read.

    Args:
        paths: the files; their names are UTF-8.
        kept_in: where the hashes and the files' dates are kept for the next call. A copy with old dates is noticed too,
            since the file system itself dates the file's entry.
        on_progress: called with the number of files looked at and the number of files in all.
    """
    known = _kept(kept_in)
    now = time.time_ns()

    def looked_at(path: str) -> tuple[str, Stamp | None]:
        # The date comes before the content: a file that changes in between is read again next time.
        try:
            stamp = _stamp(path)
            sha256, known_stamp = known.get(str(Path(path).absolute()), ("", None))
            if known_stamp == stamp:
                return sha256, stamp
            return sha256_of_file(Path(path)), stamp if now - max(stamp[1:]) > _SETTLED_NS else None
        except OSError:
            return UNREADABLE, None

    found: dict[str, str] = {}
    keep: dict[str, tuple[str, Stamp]] = {}
    # hashlib lets go of the interpreter lock, so threads do run side by side.
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for done, (path, (sha256, stamp)) in enumerate(zip(paths, pool.map(looked_at, paths), strict=True), start=1):
            found[path] = sha256
            if stamp is not None:
                keep[str(Path(path).absolute())] = sha256, stamp
            if on_progress is not None:
                on_progress(done, len(paths))
    if keep != known:
        _write(kept_in, keep)
    return found


def _stamp(path: str) -> Stamp:
    status = Path(path).stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def _kept(path: Path) -> dict[str, tuple[str, Stamp]]:
    # Only a saving of time: what cannot be read is made anew.
    try:
        return {name: (str(sha256), list(stamp)) for name, (sha256, stamp) in read_object(path)["files"].items()}
    except (EdgewrightError, KeyError, TypeError, ValueError, AttributeError):
        return {}


def _write(path: Path, known: dict[str, tuple[str, Stamp]]) -> None:
    # A run folder that cannot be written to is compared all the same.
    with contextlib.suppress(EdgewrightError):
        write_object(path, {"files": known})
