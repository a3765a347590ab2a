"""INT8 that is slower than float is said, with what is faster."""

import pytest

from edgewright_runtime.evaluation.speed.slower_int8 import slower_than_float


def test_slower_int8_is_named_with_the_fastest_float_format_of_its_library():
    found = slower_than_float({"onnx-fp32": 1.27, "onnx-fp16": 4.4, "onnx-int8": 4.04, "tflite-fp32": 1.0})
    ((name, sentence),) = found.items()
    assert name == "onnx-int8"
    assert sentence.startswith("slower here than float: p50 4.04 ms, and 1.27 ms of onnx-fp32; INT8 gains nothing")
    assert "onnx-int8-cpu is the INT8 file for processors" in sentence


def test_float_that_was_measured_before_counts_and_is_told_as_such():
    found = slower_than_float({"onnx-int8": 4.04}, earlier={"onnx-fp32": 1.27, "onnx-int8": 1.0})
    assert "4.04 ms, and 1.27 ms of onnx-fp32 when that was measured; INT8 gains nothing" in found["onnx-int8"]
    assert slower_than_float({"onnx-int8": 1.04}, earlier={"onnx-fp32": 1.27}) == {}


@pytest.mark.parametrize(
    "medians",
    [
        {"onnx-fp32": 1.27, "onnx-int8-cpu": 1.04},
        {"keras": 0.1, "tflite-int8": 0.6},
        {"tflite-int8": 0.6, "onnx-fp32": 0.1},
        {"tensorrt-fp16": 0.2},
    ],
)
def test_faster_int8_or_one_without_a_rival_is_not(medians):
    assert slower_than_float(medians) == {}


def test_engines_are_compared_too():
    found = slower_than_float({"tensorrt-rtx-fp16": 0.2, "tensorrt-rtx-int8": 0.3, "tensorrt-int8": 0.4})
    assert list(found) == ["tensorrt-rtx-int8"]
