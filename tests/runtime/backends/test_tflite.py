"""A .tflite file runs with the first interpreter that is installed, or one sentence says why not."""

import numpy as np
import pytest

from edgewright_runtime.backends.tflite import LIBRARIES, load
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.optional_imports import is_importable


def test_first_installed_interpreter_runs_the_file(converted_run):
    model = load(converted_run / "tflite" / "model_int8.tflite", threads=1)
    first = next(library for library in LIBRARIES if is_importable(library.top_module))
    assert model.library.startswith(f"{first.package} ")
    assert model.library.split()[-1][0].isdigit()
    assert (model.input.dtype, model.input.scale, model.input.zero_point) == ("uint8", 1.0, 0)


@pytest.mark.parametrize("name", ["fp32", "fp16", "dynamic", "int8"])
def test_probabilities_add_up_to_one_whatever_the_file_stores(converted_run, name):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    outputs = load(converted_run / "tflite" / f"model_{name}.tflite", threads=None).probabilities(pixels)
    assert (outputs.shape, outputs.dtype) == ((3, 10), np.float32)
    # A quantized output is rounded to steps of 1/256, each by half a step at most.
    assert outputs.sum(axis=1) == pytest.approx(1, abs=10 / 512 if name == "int8" else 1e-5)


@pytest.mark.parametrize("content", [b"", b"no model", bytes(64)])
def test_file_that_is_no_model_is_one_sentence(tmp_path, content):
    (tmp_path / "m.tflite").write_bytes(content)
    with pytest.raises(EdgewrightError, match=r"m\.tflite is no \.tflite model that \S+ can run: "):
        load(tmp_path / "m.tflite", threads=None)


def test_half_a_file_is_one_sentence(converted_run, tmp_path):
    data = (converted_run / "tflite" / "model_int8.tflite").read_bytes()
    (tmp_path / "m.tflite").write_bytes(data[: len(data) // 2])
    with pytest.raises(EdgewrightError, match=r"is no \.tflite model"):
        load(tmp_path / "m.tflite", threads=None)
