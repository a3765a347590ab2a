"""Pillow's warnings about odd files, kept from the user's screen without touching any other thread's."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_thread = threading.local()


class _InQuietThread(type):
    def __subclasscheck__(cls, subclass: type) -> bool:
        return getattr(_thread, "depth", 0) > 0


class _WarningWhileQuiet(Warning, metaclass=_InQuietThread):
    """Any warning, if its thread is inside `quiet` when it is raised; no warning otherwise."""


@contextmanager
def quiet() -> Iterator[None]:
    """Ignores warnings of this thread inside the block.

    `warnings.catch_warnings` swaps a list that all threads share (until Python 3.14), so two threads that decode at
    once may leave each other's filters behind. This adds one filter, once, that matches only where it should.
    """
    if not warnings.filters or warnings.filters[0][2] is not _WarningWhileQuiet:
        warnings.simplefilter("ignore", _WarningWhileQuiet)
    _thread.depth = getattr(_thread, "depth", 0) + 1
    try:
        yield
    finally:
        _thread.depth -= 1
