"""Where images come from: files, folders, patterns, and lists on standard input."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from ..errors import EdgewrightError
from ..preprocessing.source import IMAGE_SUFFIXES

STANDARD_INPUT = "-"


def image_paths(sources: Iterable[str], *, standard_input: TextIO) -> Iterator[str]:
    """The paths of the images, in the order of the sources; those of a folder or a pattern sorted by name.

    They come one by one: no list of them is held, but for the names in one folder at a time.

    Args:
        sources: each a file, which is taken whatever its name; a folder, which is searched to its depths for names of
            images; a pattern such as `photos/**/*.jpg`; or `-`, for one path per line on standard input.
        standard_input: what `-` is read from.

    Raises:
        EdgewrightError: a pattern matches nothing, or a folder cannot be read.
    """
    for source in sources:
        if source == STANDARD_INPUT:
            yield from _lines(standard_input)
        elif Path(source).is_dir():
            yield from _in_folder(source, set())
        elif _is_pattern(source):
            yield from _matching(source)
        else:
            yield source


def video_paths(sources: Iterable[str]) -> Iterator[str]:
    """The paths of video files: each a file, whether or not it is there, or a pattern such as `clips/*.mp4`.

    Raises:
        EdgewrightError: a pattern matches nothing.
    """
    for source in sources:
        if _is_pattern(source):
            yield from _matching(source)
        else:
            yield source


def _is_pattern(source: str) -> bool:
    """Whether it can only be a pattern: a file's own name may have the signs of one."""
    return any(character in source for character in "*?[") and not Path(source).exists()


def _lines(stream: TextIO) -> Iterator[str]:
    for line in stream:
        path = line.rstrip("\r\n")
        if path:
            yield path


def _in_folder(folder: str, above: set[tuple[int, int]]) -> Iterator[str]:
    """Those in the folder itself, then those in the folders in it; links are followed, but never in a circle."""
    try:
        status = Path(folder).stat()
        with os.scandir(folder) as entries:
            found = sorted((entry.name, _is_folder(entry)) for entry in entries if not entry.name.startswith("."))
    except OSError as error:
        raise EdgewrightError(f"Cannot read the folder {folder}: {error.strerror or error}") from error
    place = (status.st_dev, status.st_ino)
    if place in above:
        return
    for name, is_folder in found:
        if not is_folder and Path(name).suffix.lower() in IMAGE_SUFFIXES:
            yield str(Path(folder) / name)
    for name, is_folder in found:
        if is_folder:
            yield from _in_folder(str(Path(folder) / name), above | {place})


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself; whoever opens it says so
        return False


def _matching(pattern: str) -> Iterator[str]:
    import glob  # here, for most sources are no patterns

    matches = glob.iglob(pattern, recursive=True)  # noqa: PTH207 -- a pattern may be absolute
    found = sorted(path for path in matches if not Path(path).is_dir())
    if not found:
        raise EdgewrightError(
            f"No file matches {pattern}; a pattern of all files below a folder is {_example(pattern)}"
        )
    yield from found


def _example(pattern: str) -> str:
    head = pattern.split("*", maxsplit=1)[0].split("?", maxsplit=1)[0].split("[", maxsplit=1)[0]
    folder = Path(head) if head.endswith("/") else Path(head).parent
    return f"'{folder}/**/*{Path(pattern).suffix or '.jpg'}'"
