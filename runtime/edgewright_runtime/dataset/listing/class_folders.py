"""Folders of images whose name is their label, and what else lies in a data set's folders."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ...errors import EdgewrightError
from ...preprocessing.source import IMAGE_SUFFIXES
from ..types import ListedFile, RejectedFile

_LEFT_BY_ARCHIVERS = frozenset({"__macosx"})


def list_classes(folder: Path, *, split: str | None = None) -> tuple[tuple[ListedFile, ...], tuple[RejectedFile, ...]]:
    """The images in the class folders of a folder, and the images beside them and the class folders without one."""
    listed: list[ListedFile] = []
    rejected = [
        RejectedFile(str(path), "it lies beside the class folders, so it has no label") for path in loose(folder)
    ]
    for one in subfolders(folder):
        files = sorted(str(path) for path in images_below(one))
        listed.extend(ListedFile(path, one.name.strip(), split) for path in files)
        if not files:
            rejected.append(RejectedFile(str(one), "the folder holds no image"))
    return tuple(listed), tuple(rejected)


def subfolders(folder: Path) -> list[Path]:
    """The folders in it, sorted by name, without hidden ones and what archivers leave."""
    return [one for one in _entries(folder) if one.is_dir() and one.name.lower() not in _LEFT_BY_ARCHIVERS]


def loose(folder: Path) -> list[Path]:
    """The image files in it itself, as far as names tell."""
    return [one for one in _entries(folder) if is_image_name(one.name) and one.is_file()]


def is_image_name(name: str) -> bool:
    """Whether a file of that name is meant to be an image, as far as its suffix tells."""
    return not name.startswith(".") and Path(name).suffix.lower() in IMAGE_SUFFIXES


def csv_hint(folder: Path) -> str:
    """The way out for a folder without class folders that holds a CSV file; empty where there is none."""
    found = [one for one in _entries(folder) if one.suffix.lower() == ".csv"]
    return f", or give {found[0]} if it says which label each image has" if found else ""


def images_below(folder: Path) -> Iterator[Path]:
    """The image files in it and in the folders below, as far as names tell."""
    seen: set[tuple[int, int]] = set()
    # Symbolic links are followed, for class folders often are some; `seen` ends a walk that goes in circles.
    for root, folders, files in os.walk(folder, followlinks=True):
        status = Path(root).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in files if is_image_name(name))


def _entries(source: Path) -> list[Path]:
    if not source.exists():
        raise EdgewrightError(
            f"There is no data set at {source}; give a folder that holds one folder of images per class, or a .csv "
            f"file with the columns filepath,label"
        )
    try:
        return sorted(entry for entry in source.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise EdgewrightError(f"Cannot read the data set folder {source}: {error.strerror or error}") from error
