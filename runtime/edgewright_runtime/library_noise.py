"""Keeps the libraries' chatter off the terminal, and keeps it at hand for when something fails.

TensorFlow, MLIR and TensorRT write to file descriptors 1 and 2 from C++, past anything that Python can redirect, so the
descriptors themselves are pointed at a file while a library loads or converts.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import DEBUG_VARIABLE

_LOGGERS = ("tensorflow", "tf2onnx", "absl", "onnxruntime", "keras", "jax")

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


@contextlib.contextmanager
def captured(*, show: bool | None = None) -> Iterator[Noise]:
    """Collects what libraries print; Python's own sys.stdout and sys.stderr still reach the terminal.

    Args:
        show: let everything through instead; what `--debug` asks for (EDGEWRIGHT_DEBUG) if not given.
    """
    noise = Noise()
    if os.environ.get(DEBUG_VARIABLE) if show is None else show:
        yield noise
        return
    with tempfile.TemporaryFile() as file:
        try:
            with _redirected(file.fileno()), _quiet_loggers():
                yield noise
        finally:
            file.seek(0)
            noise.text = file.read().decode("utf-8", errors="replace")


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


@contextlib.contextmanager
def _quiet_loggers() -> Iterator[None]:
    """Python loggers hold a stream of their own, which is not always descriptor 2."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)  # holds for the loggers below it as well
        logger.addFilter(_is_error)  # holds although absl sets its level anew when it is imported
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeFilter(_is_error)
            logger.setLevel(level)


def _is_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR
