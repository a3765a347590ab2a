from __future__ import annotations

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.tflite.converter import tflite_fp32_from_model, tflite_int8_from_model
from edgewright_convert.tflite.latency import least_latencies


def test_files_that_take_floats_and_files_that_take_bytes_are_timed_side_by_side(tiny_model, calibration, held_out):
    model = float_model_of_keras(tiny_model)
    files = {"float": tflite_fp32_from_model(model), "int8": tflite_int8_from_model(model, calibration)}
    seconds = least_latencies(files, held_out[0], rounds=3)
    assert seconds.keys() == files.keys()
    assert all(0 < each < 1 for each in seconds.values())
