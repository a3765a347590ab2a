"""The files of a data set that is a folder: `class/**/image`, or `split/class/**/image` where it is split already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..types import Listing, UnlabelledError
from .class_folders import csv_hint, list_classes, loose, subfolders
from .split_folders import list_split_folders
from .split_names import split_named

_DEEPEST = 5  # folders inside one another, each alone; ends a chain of links that goes in circles


def list_folder(source: Path) -> Listing:
    """The image files below each class folder, sorted by path, and what has no place in a data set.

    A folder that holds nothing but one other folder stands for that one. Hidden files and files without an image's
    suffix are passed over.

    Raises:
        EdgewrightError: the folder is missing or unreadable, holds no class folder, or splits that do not fit together.
    """
    root = _followed(source)
    notes = () if root == source else (f"{source} holds one folder, so the data set is taken from {root}.",)
    folders = subfolders(root)
    splits = [folder for folder in folders if split_named(folder.name)]
    if len(splits) > 1:
        return list_split_folders(root, splits, beside=[one for one in folders if one not in splits], notes=notes)
    _check_classes(root, folders)
    files, rejected = list_classes(root)
    return Listing(files, rejected, root, notes)


def _followed(source: Path) -> Path:
    """The folder that holds the classes or splits, where the one given holds nothing but one other folder."""
    folder = source
    for _ in range(_DEEPEST):
        inside = subfolders(folder)
        if len(inside) != 1 or loose(folder) or loose(inside[0]) or not subfolders(inside[0]):
            break
        folder = inside[0]
    return folder


def _check_classes(source: Path, classes: Sequence[Path]) -> None:
    if not classes:
        count = len(loose(source))
        what = f"{count} image(s) but no class folder" if count else "no class folder"
        raise UnlabelledError(
            f"{source} holds {what}; put the images of each class in a folder named after it{csv_hint(source)}"
        )
