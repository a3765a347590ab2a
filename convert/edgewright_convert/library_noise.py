"""Keeps the converters' chatter off the terminal, and keeps it at hand for when something fails.

TensorFlow, MLIR and TensorRT write to file descriptors 1 and 2 from C++, past anything that Python can redirect, so the
descriptors themselves are pointed at a file while a converter runs.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

_LOGGERS = ("tensorflow", "tf2onnx", "absl", "onnxruntime", "keras", "jax")

KNOWN_WARNINGS = (
    # TensorFlow's own calibrator warns of the interpreter that it uses itself.
    r"\s*Warning: tf\.lite\.Interpreter is deprecated",
    # Said of every model whose inputs become uint8: their range is known to be 0 to 255 and is in the graph.
    r"Statistics for quantized inputs were expected, but not specified",
    # Said of every INT8 conversion: TFLiteConverter's own calibration still uses tf.lite.Interpreter.
    r"\s*Warning: tf.lite.Interpreter is deprecated",
    # Said of every float16 conversion: values that round to zero or to the largest float16 are checked afterwards.
    r"the float32 number .* will be truncated to",
)
"""Python warnings of the libraries that say nothing about the user's model."""

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
def captured(*, show: bool = False) -> Iterator[Noise]:
    """Collects what libraries print; Python's own sys.stdout and sys.stderr still reach the terminal.

    Args:
        show: let everything through instead (`--debug`).
    """
    noise = Noise()
    if show:
        yield noise
        return
    with tempfile.TemporaryFile() as file:
        try:
            with _redirected(file.fileno()), _quiet_loggers(), warnings.catch_warnings():
                for pattern in KNOWN_WARNINGS:
                    warnings.filterwarnings("ignore", message=pattern)
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
    levels = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in levels:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
