"""A damaged model file ends in a sentence or runs; it never ends the process or in an error of a library's own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from edgewright_runtime.run.run_folder import RunFolder

TRIES = 12
SCRIPT = """
import sys
from pathlib import Path

import numpy as np

from edgewright_runtime.backends.table import backend_for, load
from edgewright_runtime.errors import EdgewrightError

whole, copy, tries = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]), int(sys.argv[3])
draw = np.random.default_rng(1)
for number in range(tries):
    data, size = bytearray(whole), int(draw.integers(16, len(whole) // 4))
    start = int(draw.integers(0, len(data) - size))
    if number % 3 == 0:
        data[start : start + size] = bytes(size)
    elif number % 3 == 1:
        for place in draw.integers(0, len(data), 8):
            data[place] ^= 1 << int(draw.integers(8))
    else:
        del data[start:]
    copy.write_bytes(data)
    try:
        model = load(copy, backend=backend_for(copy), threads=1)
        model.probabilities(np.zeros((1, *model.input.shape[1:]), np.uint8))
    except EdgewrightError as error:
        assert str(copy) in str(error), error
    print("survived", flush=True)
"""


@pytest.mark.parametrize("name", ["tflite-int8", "tflite-fp32", "onnx-fp32"])
def test_damage_is_survived_and_said_in_a_sentence(converted_run, tmp_path, name):
    file = RunFolder(converted_run).file_of(name)
    command = [sys.executable, "-c", SCRIPT, file, tmp_path / f"damaged{file.suffix}", str(TRIES)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("survived") == TRIES
