"""Files that change under the hands of what reads them, and a delegate that is built where there is a C compiler."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_watched: dict[str, Path] = {}
_opened: dict[str, int] = {}


def _on_event(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or not _watched or not isinstance(arguments[0], (str, bytes, os.PathLike)):
        return
    path = os.fsdecode(arguments[0])
    if path not in _watched:
        return
    _opened[path] += 1
    if _opened[path] == 2:
        _watched[path].replace(path)


@contextlib.contextmanager
def _swapped_before_its_second_read(path: Path, other: Path) -> Iterator[None]:
    """Puts `other` in the place of `path` when this process opens `path` for the second time, if it ever does."""
    _watched[str(path)], _opened[str(path)] = other, 0
    try:
        yield
    finally:
        del _watched[str(path)]


sys.addaudithook(_on_event)  # for good, since hooks cannot be taken away; without a watched file it does nothing


@pytest.fixture
def swapped_before_its_second_read() -> Callable[[Path, Path], contextlib.AbstractContextManager[None]]:
    """`with swapped_before_its_second_read(path, other)`: whoever opens `path` twice in the block finds `other`."""
    return _swapped_before_its_second_read


@pytest.fixture(scope="session")
def softmax_delegate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of an external TFLite delegate that takes softmax operators."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler to build a delegate with")
    library = tmp_path_factory.mktemp("delegate") / "libsoftmax_delegate.so"
    source = Path(__file__).parent / "backends" / "hardware" / "softmax_delegate.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-lm"], check=True)
    return library
