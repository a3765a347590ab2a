"""`edgewright classify` spelled plainly, understood without Typer.

On a board each call starts anew, and importing Typer and what it needs costs as much time and memory as labelling an
image. Only what can mean one thing is taken here. Whatever else is typed (a mistake, `--help`, `--top-k=3`) goes to
Typer, which alone knows what to say to it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

DEFAULT_TOP_K = 3

_WITH_VALUE = frozenset({"--format", "--top-k", "--threads"})
_JSON = "--json"
_DIGITS = 6  # more than any number of labels or threads


class Request(NamedTuple):
    """What to classify, and how.

    Attributes:
        model: run folder or model file.
        images: image files.
        format_name: which of the run's formats; None for its smallest and fastest.
        top_k: how many labels an image.
        threads: for inference; None for the library's choice.
        as_json: one JSON list, not lines.
    """

    model: Path
    images: tuple[Path, ...]
    format_name: str | None = None
    top_k: int = DEFAULT_TOP_K
    threads: int | None = None
    as_json: bool = False


def plain_request(arguments: Sequence[str]) -> Request | None:
    """What the command line asks for; None if it is not a plain `classify`, and for Typer to understand."""
    # On Windows Typer expands wildcards in arguments.
    if os.name == "nt" or not arguments or arguments[0] != "classify":
        return None
    options: dict[str, str] = {}
    paths: list[str] = []
    words = iter(arguments[1:])
    for word in words:
        if word in options:
            return None
        if word == _JSON:
            options[word] = ""
        elif word in _WITH_VALUE:
            options[word] = next(words, "")
            if not _is_plain(options[word]):
                return None
        elif _is_plain(word):
            paths.append(word)
        else:
            return None
    numbers = {name: _count(options[name]) for name in ("--top-k", "--threads") if name in options}
    if len(paths) < 2 or None in numbers.values():
        return None
    return Request(
        model=Path(paths[0]),
        images=tuple(map(Path, paths[1:])),
        format_name=options.get("--format"),
        top_k=numbers.get("--top-k") or DEFAULT_TOP_K,
        threads=numbers.get("--threads"),
        as_json=_JSON in options,
    )


def _is_plain(word: str) -> bool:
    """Whether the word is no option, and text that a file can be named with."""
    return bool(word) and not word.startswith("-") and word.isprintable()


def _count(text: str) -> int | None:
    """The number from 1 on that is written in the plainest way; None for any other text."""
    is_number = text.isascii() and text.isdigit() and not text.startswith("0") and len(text) <= _DIGITS
    return int(text) if is_number else None
