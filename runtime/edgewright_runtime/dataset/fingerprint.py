"""The files of a data set by name, label, split and content: those that a training saw, and those that are there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..hashing import sha256_of_file
from .known_hashes import UNREADABLE, hashes_of
from .read import list_files
from .types import Dataset, ListedFile, UnlabelledError
from .unlabelled import list_unlabelled


@dataclass(frozen=True, order=True)
class DataFile:
    """One file that a data set names, whether it is an image or not.

    Attributes:
        name: its path from the data folder, or from the CSV file's, with forward slashes.
        label: its class.
        split: `train`, `val` or `test` where the data set says so, else an empty text.
        sha256: of its content, 64 hex digits; empty if it cannot be read.
    """

    name: str
    label: str
    split: str
    sha256: str


def name_in(source: Path, path: str) -> str:
    """The file's path from the data set on, so that a data set keeps its names wherever it is looked at from."""
    folder = source.parent if source.suffix.lower() == ".csv" else source
    try:
        return Path(path).relative_to(folder).as_posix()
    except ValueError:
        return Path(path).as_posix()


def files_of(source: Path, dataset: Dataset) -> tuple[DataFile, ...]:
    """The files that were read as this data set, sorted; those that were left out as no image are among them.

    Files that came after it was read are not, nor those whose name is not UTF-8, which no training takes.
    """
    read = {image.path: image.sha256 for image in dataset.images}
    left_out = {file.path for file in dataset.rejected}
    listed = _listed(source)
    return tuple(
        sorted(
            DataFile(name_in(source, file.path), file.label, file.split or "", read.get(file.path) or _hash(file.path))
            for file in listed
            if file.path in read or file.path in left_out
        )
    )


def files_now(
    source: Path, *, kept_in: Path, on_progress: Callable[[int, int], None] | None = None
) -> tuple[DataFile, ...]:
    """The files that the data set names now, sorted; without those whose name is not UTF-8, which no training takes.

    Args:
        source: folder of classes or CSV file.
        kept_in: where hashes are kept, so that only files with another size or date are read.
        on_progress: called with the number of files looked at and the number of files in all.

    Raises:
        EdgewrightError: there is no data set.
    """
    listed = [file for file in _listed(source) if file.is_utf8]
    hashes = hashes_of([file.path for file in listed], kept_in=kept_in, on_progress=on_progress)
    return tuple(
        sorted(DataFile(name_in(source, file.path), file.label, file.split or "", hashes[file.path]) for file in listed)
    )


def digest(files: Iterable[DataFile]) -> str:
    """The SHA-256 of the sorted files' names, labels, splits and contents, 64 hex digits."""
    found = hashlib.sha256()
    for file in sorted(files):
        line = "\0".join((file.name, file.label, file.split, file.sha256)) + "\n"
        found.update(line.encode())
    return found.hexdigest()


def _listed(source: Path) -> tuple[ListedFile, ...]:
    """The files of a data set; where it has no classes, its images without labels."""
    try:
        return list_files(source).files
    except UnlabelledError:
        return list_unlabelled(source).files


def _hash(path: str) -> str:
    try:
        return sha256_of_file(Path(path))
    except OSError:
        return UNREADABLE
