"""Images whose labels do not matter: all in a folder and below, or those that a list names."""

from __future__ import annotations

from pathlib import Path

from ..errors import EdgewrightError
from .listing.class_folders import images_below, is_image_name
from .listing.csv_file import TABLE_SUFFIXES, paths_in_csv
from .listing.csv_places import NamedTwiceError, Places
from .types import ListedFile, Listing, RejectedFile


def list_unlabelled(source: Path) -> Listing:
    """The image files, sorted by path, each once and with an empty label; none of them is opened yet.

    Args:
        source: a folder, which is searched to its depths; a CSV file with a column of paths, whatever else it says; or
            a text file with one path per line. Relative paths in a list are looked for as those of a data set in a CSV
            file are, see `csv_file.list_csv`.

    Raises:
        EdgewrightError: there is nothing, it cannot be read as one of these, or no image is there.
    """
    rejected: list[RejectedFile] = []
    if source.is_dir():
        found = [str(path) for path in images_below(source)]
    elif source.is_file():
        found, rejected = _found(source, paths_in_csv(source) if _is_table(source) else _lines(source))
    else:
        raise EdgewrightError(f"There are no images at {source}; give a folder of images, or a list of their paths")
    files = [ListedFile(path, label="") for path in sorted(set(found))]
    rejected += [RejectedFile(_readable(file.path), "its name is not UTF-8") for file in files if not file.is_utf8]
    usable = tuple(file for file in files if file.is_utf8)
    if not usable:
        example = f"; {rejected[0].path} was left out: {rejected[0].reason}" if rejected else ""
        raise EdgewrightError(
            f"{source} {'holds' if source.is_dir() else 'names'} no image{example}; give a folder of images, or a list "
            f"of their paths"
        )
    return Listing(usable, tuple(rejected), source if source.is_dir() else source.parent)


def _is_table(source: Path) -> bool:
    return source.suffix.lower() in TABLE_SUFFIXES


def _lines(source: Path) -> tuple[str, ...]:
    if is_image_name(source.name):
        raise EdgewrightError(f"{source} is one image; give a folder of images, or a list of their paths")
    try:
        text = source.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EdgewrightError(f"Cannot read {source}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise EdgewrightError(
            f"{source} is no list of images (it is not UTF-8 text); give a text file with one path per line, a CSV "
            f"file with the column filepath, or a folder"
        ) from error
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _found(source: Path, names: tuple[str, ...]) -> tuple[list[str], list[RejectedFile]]:
    places, found, rejected = Places(source), [], []
    for name in names:
        try:
            path = places.find(name)
        except NamedTwiceError as error:
            rejected.append(RejectedFile(name, str(error)))
            continue
        if path is None:
            rejected.append(RejectedFile(name, "there is no such file"))
        else:
            found.append(path)
    return found, rejected


def _readable(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()
