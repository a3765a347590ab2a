"""Which trials were survived, kept between processes: a board should not try the same model at each start."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
from collections.abc import Iterable
from pathlib import Path

from .acceleration import Acceleration, json_of
from .instructions import flags_here


def key_of(path: Path, libraries: Iterable[str], acceleration: Acceleration) -> str:
    """What tells one trial from another: the model, the installed libraries, the delegate and the processor.

    Args:
        path: model file.
        libraries: top-level modules that may run it.
        acceleration: that it runs with.
    """
    delegate = None if acceleration.delegate is None else Path(acceleration.delegate)
    files = [path, *(file for each in libraries for file in _origin(each)), *([] if delegate is None else [delegate])]
    basis = [[str(file), *_stamp(file)] for file in files]
    told = json.dumps([basis, json_of(acceleration), sorted(flags_here())])
    return hashlib.sha256(told.encode()).hexdigest()


def is_remembered(key: str) -> bool:
    """Whether that trial was survived before."""
    return (_folder() / key).exists()


def remember(key: str) -> None:
    """Keeps that it was survived; where nothing can be written it is tried again next time."""
    with contextlib.suppress(OSError):
        _folder().mkdir(parents=True, exist_ok=True)
        (_folder() / key).touch()


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME")
    return Path(cache if cache else "~/.cache").expanduser() / "edgewright" / "survived"


def _origin(module: str) -> list[Path]:
    spec = importlib.util.find_spec(module)
    return [Path(spec.origin)] if spec is not None and spec.origin is not None else []


def _stamp(file: Path) -> list[int]:
    """Size and time of change; empty where there is no such file, as of a delegate that the system's loader finds."""
    try:
        found = file.stat()
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns]
