from __future__ import annotations

import pytest

from edgewright_runtime.backends.hardware.acceleration import Acceleration
from edgewright_runtime.backends.nvidia.cuda import why_no_gpu
from edgewright_runtime.errors import EdgewrightError, MissingDependencyError
from edgewright_runtime.evaluation.selection import chosen_formats
from edgewright_runtime.run.run_folder import RunFolder


@pytest.fixture
def run_with(tmp_path):
    """A function that makes a run folder with empty files of those formats: they are chosen by name alone."""

    def make(*formats):
        run = RunFolder(tmp_path)
        for name in formats:
            run.file_of(name).parent.mkdir(exist_ok=True)
            run.file_of(name).touch()
        return run

    return make


def test_copy_without_the_float_model_is_measured(run_with):
    run = run_with("tflite-int8", "onnx-fp32")
    assert chosen_formats(run, None, with_reference=True).formats == ("tflite-int8", "onnx-fp32")


def test_float_model_is_measured_where_it_lies_there_and_only_once(run_with):
    run = run_with("keras", "saved-model", "tflite-int8")
    assert chosen_formats(run, None, with_reference=True).formats == ("keras", "tflite-int8")
    assert chosen_formats(run, None, with_reference=False).formats == ("tflite-int8",)


def test_formats_that_do_not_take_what_was_asked_for_are_no_candidates(run_with):
    run, asked = run_with("keras", "tflite-int8", "onnx-fp32"), Acceleration(providers=("cpu",))
    assert chosen_formats(run, None, with_reference=True, acceleration=asked).formats == ("onnx-fp32",)
    run.file_of("onnx-fp32").unlink()
    with pytest.raises(EdgewrightError, match="holds no format that takes --provider"):
        chosen_formats(run, None, with_reference=True, acceleration=asked)


@pytest.mark.skipif(why_no_gpu() is None, reason="there is a GPU here")
def test_engines_that_no_gpu_here_can_run_are_left_out_with_the_reason(run_with):
    found = chosen_formats(run_with("tflite-int8", "tensorrt-fp16"), None, with_reference=False)
    assert found.formats == ("tflite-int8",)
    ((name, reason),) = found.left_out
    assert name == "tensorrt-fp16"
    assert "Running a TensorRT engine needs" in str(reason)


@pytest.mark.skipif(why_no_gpu() is None, reason="there is a GPU here")
def test_engines_alone_without_a_gpu_are_a_missing_dependency(run_with):
    with pytest.raises(MissingDependencyError, match="holds nothing but tensorrt-fp16"):
        chosen_formats(run_with("tensorrt-fp16"), None, with_reference=False)


def test_run_without_a_model_says_how_to_make_one(run_with):
    with pytest.raises(EdgewrightError, match="edgewright convert"):
        chosen_formats(run_with(), None, with_reference=True)
