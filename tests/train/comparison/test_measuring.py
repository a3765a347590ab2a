"""What a run costs comes from the commands themselves; what they refuse is one sentence."""

import json
import shutil

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.comparison.measuring import cost_of


def test_cost_is_that_of_the_converted_file(run_copy):
    file = run_copy / "tflite" / "model_int8.tflite"
    found = cost_of(run_copy)
    assert found.int8_bytes == file.stat().st_size
    accuracy = json.loads((run_copy / "accuracy.json").read_text())["tflite-int8"]["test"]
    assert found.int8_accuracy == accuracy["top1"]
    assert 0 < found.latency_ms < 1000


def test_what_a_command_says_is_the_error(run_copy):
    (run_copy / "model.keras").unlink()
    shutil.rmtree(run_copy / "saved_model")
    with pytest.raises(EdgewrightError, match="holds no float model"):
        cost_of(run_copy)
