from __future__ import annotations

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_convert.fidelity import fidelity_of
from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.int8 import Correction, corrected_model
from edgewright_convert.onnx.activation_ranges import Range
from edgewright_convert.onnx.checks import check_explicit_int8, check_onnx, outputs_of_onnx
from edgewright_convert.onnx.export import onnx_from_model
from edgewright_convert.onnx.graph import initializers, serialised
from edgewright_convert.onnx.int8_file import onnx_int8_from_corrected
from edgewright_convert.onnx.int8_or_baseline import onnx_int8_from_correction
from edgewright_convert.onnx.qdq import grid_of, onnx_int8_with_measured_ranges
from edgewright_convert.onnx.schemes import CPU, SCHEMES, TENSORRT, schemes_tried
from edgewright_convert.targets import target_named
from edgewright_convert.tflite.corrected_file import tflite_from_ranges
from edgewright_convert.tflite.interpreter import outputs_of_tflite
from edgewright_runtime.errors import CheckFailedError
from edgewright_runtime.library_noise import captured

from ..tiny import classifier, images

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def files():
    """The tiny model's two INT8 .onnx files and its .tflite file, from one correction."""
    calibration = images(64, seed=1)
    none = np.zeros((0, 4), np.float32)
    with captured():
        corrected = corrected_model(classifier(), calibration)
        made = {
            scheme.format: onnx_int8_from_corrected(
                corrected, {}, calibration, calibration[:0], none, effort="balanced", scheme=scheme
            ).data
            for scheme in (TENSORRT, CPU)
        }
        return made, tflite_from_ranges(corrected.model, corrected.ranges)


def test_every_scheme_is_a_format_that_can_be_made():
    assert all(target_named(name).derived_from == "onnx-fp32" for name in SCHEMES)


@given(st.floats(-100, 100), st.floats(0, 200))
def test_grid_with_a_zero_point_covers_the_range_and_holds_zero(low, width):
    grid = grid_of(Range(low, low + width), CPU)
    levels = np.array([0, 255], np.float64) - float(grid.zero_point)
    reached = float(grid.scale) * levels
    half = float(grid.scale) * 0.5001
    assert reached[0] - half <= low <= low + width <= reached[1] + half
    assert 0 <= grid.zero_point <= 255


def optimised(data, folder):
    """The operators that onnxruntime makes of a file."""
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(folder / "optimised.onnx")
    options.log_severity_level = 3
    onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return [node.op_type for node in onnx.load(folder / "optimised.onnx").graph.node]


def test_onnxruntime_leaves_no_convolution_in_float(files, tmp_path):
    kinds = optimised(files[0][CPU.format], tmp_path)
    assert "QLinearConv" in kinds
    assert not {"Conv", "FusedConv", "NhwcFusedConv", "Clip", "Relu"} & set(kinds)


def test_convolution_before_a_hard_swish_is_int8_too(tmp_path):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
    for filters in (8, 12):
        x = keras.layers.Conv2D(filters, 3, strides=2, activation="hard_silu")(x)
    outputs = keras.layers.Dense(4, activation="softmax")(keras.layers.GlobalAveragePooling2D()(x))
    model, pixels = keras.Model(inputs, outputs), images(32, seed=1)
    with captured():
        float32 = onnx_from_model(float_model_of_keras(model), {})
    data = serialised(onnx_int8_with_measured_ranges(float32, pixels, CPU))
    kinds = optimised(data, tmp_path)
    assert kinds.count("QLinearConv") == 2
    assert not {"Conv", "FusedConv"} & set(kinds)
    reference = np.asarray(model(pixels.astype(np.float32), training=False))
    assert fidelity_of(outputs_of_onnx(data, pixels), reference).distance < 2 / 256


def test_file_for_cpus_gives_what_the_tflite_file_gives(files):
    made, tflite = files
    pixels = images(64, seed=2)
    expected = outputs_of_tflite(tflite, pixels)
    reference = np.asarray(classifier()(pixels.astype(np.float32), training=False))
    found = outputs_of_onnx(made[CPU.format], pixels)
    assert fidelity_of(found, expected).distance < 2 / 256
    assert fidelity_of(found, reference).distance <= 1.2 * fidelity_of(expected, reference).distance


def test_each_file_passes_its_own_check_alone(files):
    made, _ = files
    for scheme, other in ((TENSORRT, CPU), (CPU, TENSORRT)):
        check_explicit_int8(check_onnx(made[scheme.format]), scheme)
        with pytest.raises(CheckFailedError, match=f"another zero point than {other.format} may have"):
            check_explicit_int8(check_onnx(made[scheme.format]), other)


def test_file_for_tensorrt_always_has_a_scale_for_each_channel():
    assert schemes_tried(TENSORRT) == (TENSORRT,)
    assert [scheme.per_channel for scheme in schemes_tried(CPU)] == [True, False]


@pytest.fixture(scope="module")
def float32():
    with captured():
        return onnx_from_model(float_model_of_keras(classifier()), {})


def test_kernel_with_one_scale_is_stored_with_one(float32):
    made = onnx_int8_with_measured_ranges(float32, images(16, seed=1), schemes_tried(CPU)[1])
    check_explicit_int8(check_onnx(serialised(made)), CPU)
    constants = initializers(made.graph)
    kernels = [node for node in made.graph.node if node.op_type == "DequantizeLinear" and node.input[0] in constants]
    assert len(kernels) > 5
    assert {constants[node.input[1]].shape for node in kernels} == {()}


@pytest.mark.parametrize("nearer", [0, 1])
def test_scales_that_are_nearer_to_the_float_model_are_taken(float32, nearer):
    calibration, held_out = images(16, seed=1), images(48, seed=2)
    wanted = schemes_tried(CPU)[nearer]
    # A float model whose outputs are exactly one of the two files': that file is the nearer one.
    reference = outputs_of_onnx(serialised(onnx_int8_with_measured_ranges(float32, calibration, wanted)), held_out)
    made = onnx_int8_from_correction(
        Correction(None, "not tried"), {}, calibration, held_out, reference, float32=float32, effort="fast", scheme=CPU
    )
    assert made.per_channel == wanted.per_channel
    assert made.fidelity.distance == 0.0
    assert any("each kernel has one scale" in note for note in made.notes) == (not wanted.per_channel)
