"""What a trained run costs as an INT8 file on this machine, by the commands that convert and time."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgewright_runtime.errors import EXIT_CHECK_FAILED, EdgewrightError

_FORMAT = "tflite-int8"


@dataclass(frozen=True)
class Cost:
    """Of a run's full-integer .tflite file; fields of a `Row` by their names.

    Attributes:
        int8_bytes: its size.
        int8_accuracy: on the test split, 0 to 1.
        latency_ms: median on this machine, one thread.
        int8_gzip_bytes: its size after gzip, as it is downloaded.
    """

    int8_bytes: int
    int8_accuracy: float
    latency_ms: float
    int8_gzip_bytes: int


def cost_of(run: Path) -> Cost:
    """The run's INT8 file, made if it is not there or no longer fresh, evaluated and timed.

    Raises:
        EdgewrightError: a command failed; its sentence says why.
    """
    (made,) = [row for row in _command("convert", run, "--to", _FORMAT, "--if-needed") if row["format"] == _FORMAT]
    evaluated = _command("evaluate", run, "--format", _FORMAT)
    timed = _command("bench", run, "--format", _FORMAT, "--threads", "1")
    compressed = gzip.compress((run / made["path"]).read_bytes(), mtime=0)
    return Cost(made["size_bytes"], evaluated[_FORMAT]["top1"], timed[_FORMAT]["p50_ms"], len(compressed))


def _command(*words: object) -> Any:
    """What a command of Edgewright prints as JSON; that a file did not pass its gate is no failure here."""
    command = [sys.executable, "-m", "edgewright_runtime.cli", *map(str, words), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode > EXIT_CHECK_FAILED:
        lines = [line.removeprefix("Error: ") for line in done.stderr.splitlines() if line.startswith("Error: ")]
        raise EdgewrightError(lines[0] if lines else f"edgewright {words[0]} ended with status {done.returncode}")
    return json.loads(done.stdout)
