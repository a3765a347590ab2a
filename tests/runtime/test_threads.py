"""Eight threads at once give what one gives, and the process ends as if there had been one."""

import subprocess
import sys
from pathlib import Path

import pytest

CAMPAIGN = Path(__file__).resolve().parents[2] / "benchmarks" / "eight_threads.py"


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "one each"])
@pytest.mark.parametrize("name", ["tflite-int8", "onnx-int8-cpu"])
def test_threads_get_the_answers_of_a_single_one_and_a_clean_exit(converted_run, name, shared):
    command = [sys.executable, str(CAMPAIGN), str(converted_run), "--format", name, "--calls", "400"]
    done = subprocess.run([*command, *(["--shared"] if shared else [])], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("0 answers of 400 differ")
