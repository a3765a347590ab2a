"""A file of rows that grows, and from which a killed run is gone on with.

Rows go to `NAME.partial`, one write each, and the file gets its name when all are there. Beside it lies
`NAME.origin.json`: what made the rows. What a killed process has handed to the system is kept; its last row, if it is
cut off, is taken away again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from ..atomic import cannot_write
from ..errors import EdgewrightError
from ..strict_json import read_object, write_object
from .digest_set import DigestSet
from .row import Row
from .writers import CSV_COLUMNS, FORMS, writer_named

try:
    import fcntl
except ImportError:  # Windows has none; there, two commands must not write one file at the same time
    fcntl = None  # type: ignore[assignment]


class RowFile:
    """A file of rows, open to add to; a context manager.

    Attributes:
        path: what it is called when it is whole.
        partial: what it is called until then.
        kept: rows that were there already.
        unreadable: those of them whose image could not be read.
    """

    def __init__(self, path: Path, origin: Mapping[str, Any], *, frames: bool = False) -> None:
        """Opens the file, with the rows that an earlier run of the same has left.

        Args:
            path: ending in .jsonl or .csv.
            origin: what makes the rows: the model, its contract, how many labels.
            frames: whether the rows are those of a video or camera.

        Raises:
            EdgewrightError: another ending, rows of another origin, a file that cannot be written, or that another
                command is writing.
        """
        self.path, self.unreadable = path, 0
        self._write, header = writer_named(_form_of(path), frames=frames)
        self.partial, self._origin = _beside(path, ".partial"), _beside(path, ".origin.json")
        self._done = DigestSet()
        self._check_origin(origin)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._start()
            # Never emptied by opening it: it may be another command's.
            self._file = os.fdopen(os.open(self.partial, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0)
            self._go_on(header.encode())
        except OSError as error:
            raise cannot_write(self.partial, error) from error
        self.kept = len(self._done)

    def __enter__(self) -> RowFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __contains__(self, path: str) -> bool:
        return path in self._done

    def add(self, row: Row) -> None:
        """Writes the row at once, as one piece.

        Raises:
            EdgewrightError: the disk is full, or the like.
        """
        try:
            data = self._write(row).encode("utf-8", "surrogateescape")
            written = self._file.write(data)
            if written != len(data):
                raise EdgewrightError(f"Cannot write {self.partial}: the disk is full; free it up and go on.")
        except OSError as error:
            raise cannot_write(self.partial, error) from error
        self._done.add(row.path)

    def finish(self) -> None:
        """Gives the file its name: it is whole."""
        try:
            os.fsync(self._file.fileno())
            self.partial.replace(self.path)
        except OSError as error:
            raise cannot_write(self.path, error) from error

    def _check_origin(self, origin: Mapping[str, Any]) -> None:
        if not (self.path.exists() or self.partial.exists()):
            write_object(self._origin, dict(origin))
            return
        if not self._origin.is_file():
            raise EdgewrightError(
                f"{self.path} was not written by this command, or its {self._origin.name} is gone; name another file "
                f"with --out"
            )
        found = read_object(self._origin)
        if found != dict(origin):
            changed = next((name for name in origin if found.get(name) != origin[name]), "options")
            raise EdgewrightError(
                f"{self.path} holds rows that were made otherwise ({changed} differs); name another file with --out, "
                f"or delete it to begin anew"
            )

    def _start(self) -> None:
        """A whole file is gone on with as a part: a source may have grown since."""
        if self.path.exists() and not self.partial.exists():
            temporary = _beside(self.path, ".copy")
            shutil.copyfile(self.path, temporary)
            temporary.replace(self.partial)

    def _go_on(self, header: bytes) -> None:
        """Takes the file for itself, and stands behind its last whole row."""
        try:
            self._lock()
            end = self._read_kept(header)
            self._file.truncate(end)
            self._file.seek(end)
            if not end:
                self._file.write(header)
        except BaseException:
            self._file.close()
            raise

    def _lock(self) -> None:
        """Holds the file until it is closed, or the process ends however it does."""
        try:
            if fcntl is not None:
                fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(self._file.fileno()), self.partial.stat()):
                return
        except (BlockingIOError, FileNotFoundError):
            pass  # held by another command, or given its name by one since it was opened
        raise EdgewrightError(f"Another command is writing {self.path}; wait for it, or name another file with --out")

    def _read_kept(self, header: bytes) -> int:
        """Where the last whole row ends; the paths of all are taken down."""
        end = 0
        for record, after in _records(self._file):
            if end or not header or record != header:
                path, error = _path_and_error(record, self.path)
                self._done.add(path)
                self.unreadable += bool(error)
            end = after
        return end


def _records(file: Any) -> Iterator[tuple[bytes, int]]:
    """The whole records of a file of rows, and where each ends: a line end inside quotes belongs to a record."""
    record, end = b"", 0
    with open(file.fileno(), "rb", closefd=False) as lines:
        for line in lines:
            record += line
            end += len(line)
            if line.endswith(b"\n") and (record.startswith(b"{") or record.count(b'"') % 2 == 0):
                yield record, end
                record = b""


def _path_and_error(record: bytes, where: Path) -> tuple[str, str | None]:
    text = record.decode("utf-8", "surrogateescape")
    try:
        if where.suffix.lower() == ".jsonl":
            row = json.loads(text)
            return str(row["path"]), row["error"]
        import csv

        cells = next(csv.reader([text]))
        return cells[0], cells[CSV_COLUMNS.index("error")]
    except (ValueError, KeyError, TypeError, IndexError, StopIteration) as error:
        raise EdgewrightError(
            f"{where} holds a row that this command has not written; name another file with --out"
        ) from error


def _form_of(path: Path) -> str:
    form = path.suffix.lower().lstrip(".")
    if form not in FORMS:
        raise EdgewrightError(
            f"{path} must end in {' or '.join('.' + name for name in FORMS)}, which says how rows are written"
        )
    return form


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
