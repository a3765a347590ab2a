"""The files of a data set that is a folder of classes: `source/<class>/**/image`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import EdgewrightError
from ..preprocessing.source import IMAGE_SUFFIXES
from .types import ListedFile, RejectedFile

_NAMES_OF_SPLITS = frozenset({"train", "training", "val", "valid", "validation", "test", "testing"})

Listing = tuple[tuple[ListedFile, ...], tuple[RejectedFile, ...]]


def list_folder(source: Path) -> Listing:
    """The image files below each class folder, sorted by path, and what has no place in a data set.

    Hidden files and files without an image's suffix are passed over.

    Raises:
        EdgewrightError: the folder is missing or unreadable, holds no class folder, or holds splits, not classes.
    """
    entries = _entries(source)
    classes = [entry for entry in entries if entry.is_dir()]
    _check_classes(source, classes, loose=[entry for entry in entries if is_image_name(entry.name)])
    listed: list[ListedFile] = []
    rejected = [
        RejectedFile(str(entry), "it lies beside the class folders, so it has no label")
        for entry in entries
        if entry.is_file() and is_image_name(entry.name)
    ]
    for folder in classes:
        files = sorted(str(path) for path in _images_below(folder))
        listed.extend(ListedFile(path, folder.name.strip()) for path in files)
        if not files:
            rejected.append(RejectedFile(str(folder), "the folder holds no image"))
    return tuple(listed), tuple(rejected)


def is_image_name(name: str) -> bool:
    """Whether a file of that name is meant to be an image, as far as its suffix tells."""
    return not name.startswith(".") and Path(name).suffix.lower() in IMAGE_SUFFIXES


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


def _check_classes(source: Path, classes: list[Path], *, loose: list[Path]) -> None:
    if not classes:
        what = f"{len(loose)} image(s) but no class folder" if loose else "no class folder"
        raise EdgewrightError(f"{source} holds {what}; put the images of each class in a folder named after it")
    names = {folder.name.lower() for folder in classes}
    if len(names) > 1 and names <= _NAMES_OF_SPLITS:
        raise EdgewrightError(
            f"{source} holds the folders {', '.join(sorted(names))}, which look like splits and not classes; give a "
            f".csv file with the columns filepath,label,split for a data set that is already split"
        )


def _images_below(folder: Path) -> Iterator[Path]:
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
