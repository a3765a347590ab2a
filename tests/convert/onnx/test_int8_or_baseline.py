"""The INT8 .onnx file is the corrected one, or the baseline with the reason."""

import keras
import numpy as np
import onnx
import pytest

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.int8 import correction_of
from edgewright_convert.onnx.checks import check_explicit_int8
from edgewright_convert.onnx.export import onnx_from_model
from edgewright_convert.onnx.graph import serialised
from edgewright_convert.onnx.int8_or_baseline import onnx_int8_from_correction
from edgewright_convert.onnx.qdq import onnx_int8_with_measured_ranges
from edgewright_runtime.library_noise import captured

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def float32(tiny_model):
    with captured():
        return onnx_from_model(float_model_of_keras(tiny_model), {})


@pytest.fixture(scope="module")
def reference(tiny_model, held_out):
    return np.asarray(tiny_model(held_out.astype(np.float32), training=False))


@pytest.fixture(scope="module")
def correction(tiny_model, calibration):
    with captured():
        return correction_of(tiny_model, calibration)


def test_corrected_file_says_how_far_it_is_from_the_float_model(correction, calibration, held_out, reference, float32):
    with captured():
        made = onnx_int8_from_correction(
            correction, {}, calibration, held_out, reference, float32=float32, effort="balanced"
        )
    assert (made.effort, made.why) == ("balanced", "")
    assert made.fidelity is not None
    assert made.fidelity.images == len(held_out)
    check_explicit_int8(onnx.load_from_string(made.data))


def test_without_held_out_images_nothing_is_compared(correction, calibration, reference, float32):
    with captured():
        made = onnx_int8_from_correction(
            correction, {}, calibration, calibration[:0], reference[:0], float32=float32, effort="balanced"
        )
    assert made.fidelity is None


def test_model_that_cannot_be_corrected_becomes_the_baseline_with_the_reason(calibration, held_out, reference, float32):
    class Strange(keras.Model):
        def call(self, x):
            return x

    correction = correction_of(Strange(), calibration)
    made = onnx_int8_from_correction(
        correction, {}, calibration, held_out, reference, float32=float32, effort="balanced"
    )
    assert made.effort == "baseline"
    assert made.why == correction.why_not != ""
    assert made.data == serialised(onnx_int8_with_measured_ranges(float32, calibration))
