"""Keeps the libraries' chatter off the terminal, and keeps it at hand for when something fails.

`quietened` asks libraries by their own switches, and is what every function does that others may call. `captured` also
points file descriptors 1 and 2 at a file, since TensorFlow, MLIR and LiteRT write there from C++ whatever they are
asked: that is for the command line alone, whose process, and whose descriptors, are its own.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from .errors import DEBUG_VARIABLE

_LOGGERS = ("tensorflow", "tf2onnx", "absl", "onnxruntime", "keras", "jax")

# What TensorFlow reads when it is imported: 2 leaves errors.
_SWITCHES = {"TF_CPP_MIN_LOG_LEVEL": "2"}

# glog's prefix of errors (E) and fatal errors (F), month and day; TensorFlow's, MLIR's and LiteRT's C++ use it.
_SERIOUS = re.compile(r"^[EF]\d{4} .*?\] (?P<message>.+)$")
_HARMLESS = re.compile(r"cuda|cuDNN|cuBLAS|cuFFT|TF-TRT", re.IGNORECASE)


@dataclass
class Noise:
    """What the libraries wrote; complete once the block that made it has ended."""

    text: str = ""

    def serious_lines(self) -> tuple[str, ...]:
        """The errors that a library logged although it went on, without those about GPUs that are not there."""
        found = (match["message"] for line in self.text.splitlines() if (match := _SERIOUS.match(line)))
        return tuple(dict.fromkeys(line for line in found if not _HARMLESS.search(line)))


Capture = Callable[[], contextlib.AbstractContextManager[Noise]]
"""What a function runs other libraries in: `quietened`, or `captured` where the command line asks for it."""


@contextlib.contextmanager
def quietened() -> Iterator[Noise]:
    """Asks libraries by their own switches for errors only, unless `--debug` is given (EDGEWRIGHT_DEBUG).

    Nothing is redirected, so what a library prints nevertheless is shown, and the noise stays empty. Environment
    variables that are set already are left as they are.
    """
    if os.environ.get(DEBUG_VARIABLE):
        yield Noise()
        return
    for name, value in _SWITCHES.items():
        os.environ.setdefault(name, value)
    with _quiet_loggers():
        yield Noise()


@contextlib.contextmanager
def captured(*, show: bool | None = None) -> Iterator[Noise]:
    """Collects what libraries print; Python's own sys.stdout and sys.stderr still reach the terminal.

    The descriptors belong to every thread of the process: only one that is Edgewright's own may do this.

    Args:
        show: let everything through instead; what `--debug` asks for (EDGEWRIGHT_DEBUG) if not given.
    """
    noise = Noise()
    if os.environ.get(DEBUG_VARIABLE) if show is None else show:
        yield noise
        return
    with _collector() as file:
        try:
            with _redirected(file.fileno()), _quiet_loggers():
                yield noise
        finally:
            file.seek(0)
            noise.text = file.read().decode("utf-8", errors="replace")


def _collector() -> IO[bytes]:
    """A file that nobody else sees and that is gone once it is closed."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("edgewright"), "w+b")
    import tempfile

    return tempfile.TemporaryFile()


@contextlib.contextmanager
def _redirected(target: int) -> Iterator[None]:
    _flush()
    kept = {number: os.dup(number) for number in (1, 2)}
    streams = sys.stdout, sys.stderr
    try:
        sys.stdout, sys.stderr = _around(streams[0], kept[1]), _around(streams[1], kept[2])
        for number in kept:
            os.dup2(target, number)
        yield
    finally:
        _flush()
        sys.stdout, sys.stderr = streams
        for number, copy in kept.items():
            os.dup2(copy, number)
            os.close(copy)


def _around(stream: io.TextIOBase | object, descriptor: int) -> io.TextIOWrapper | object:
    """A stream that goes on writing to the terminal; the same stream where it does not use the descriptor anyway."""
    try:
        is_plain = stream.fileno() in {1, 2}  # type: ignore[union-attr]
    except (OSError, ValueError, AttributeError):
        return stream
    if not is_plain:
        return stream
    return io.TextIOWrapper(io.FileIO(descriptor, "w", closefd=False), encoding="utf-8", line_buffering=True)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()


_quiet_blocks = 0
_quiet_lock = threading.Lock()
_levels: dict[str, int] = {}


@contextlib.contextmanager
def _quiet_loggers() -> Iterator[None]:
    """Python loggers hold a stream of their own, which is not always descriptor 2.

    They are the whole process's: of blocks that overlap in several threads, the first lowers them and the last leaves
    them as they were.
    """
    _change_blocks(1)
    try:
        yield
    finally:
        _change_blocks(-1)


def _change_blocks(by: int) -> None:
    global _quiet_blocks
    with _quiet_lock:
        before, _quiet_blocks = _quiet_blocks, _quiet_blocks + by
        if before == 0:
            for logger in map(logging.getLogger, _LOGGERS):
                _levels[logger.name] = logger.level
                logger.setLevel(logging.ERROR)  # holds for the loggers below it as well
                logger.addFilter(_is_error)  # holds although absl sets its level anew when it is imported
        if _quiet_blocks == 0:
            for logger in map(logging.getLogger, _LOGGERS):
                logger.removeFilter(_is_error)
                logger.setLevel(_levels[logger.name])


def _is_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR
