"""Runs of .tflite files, and what LiteRT does not promise; `make test-versions` runs it with the oldest version."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from keras import layers

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.int8 import fidelity_of
from edgewright_convert.tflite.converter import tflite_fp32_from_model, tflite_int8_from_model
from edgewright_convert.tflite.interpreter import float_operators, operations_of, outputs_of_tflite, tensor_of

pytestmark = pytest.mark.numeric

DARK, LIGHT = 64, 191
"""Least and greatest value of pixels that do not span 0 to 255."""


@pytest.fixture(scope="module")
def model(tiny_model):
    return float_model_of_keras(tiny_model)


@pytest.fixture(scope="module")
def flat_pixels(calibration):
    return (DARK + calibration.astype(np.float32) * (LIGHT - DARK) / 255).astype(np.uint8)


@pytest.fixture(scope="module")
def flat_file(model, flat_pixels):
    """TFLiteConverter's own file, calibrated on pixels of 64 to 191 only."""
    return tflite_int8_from_model(model, flat_pixels)


def run_by_hand(file, pixels, *, quantize=True):
    """The outputs of a quantized file, its specification written out: real = (stored - zero point) * scale."""
    interpreter = Interpreter(model_content=file)
    interpreter.allocate_tensors()
    (given,), (made,) = interpreter.get_input_details(), interpreter.get_output_details()
    scale, zero = given["quantization"] if quantize else (1.0, 0)
    rows = []
    for image in pixels:
        stored = np.clip(np.rint(np.float32(image) / np.float32(scale)) + zero, 0, 255).astype(np.uint8)
        interpreter.set_tensor(given["index"], stored[np.newaxis])
        interpreter.invoke()
        rows.append(interpreter.get_tensor(made["index"])[0])
    scale, zero = made["quantization"]
    return (np.array(rows, np.float32) - zero) * np.float32(scale)


def test_pixels_go_through_the_inputs_scale_and_zero_point(flat_file, flat_pixels):
    entry = tensor_of(Interpreter(model_content=flat_file).get_input_details()[0])
    assert entry.dtype == "uint8"
    assert entry.scale < 0.9  # the calibrated range is narrower than 0 to 255, so stored values are not the pixels
    outputs = outputs_of_tflite(flat_file, flat_pixels)
    np.testing.assert_array_equal(outputs, run_by_hand(flat_file, flat_pixels))
    assert not np.array_equal(outputs, run_by_hand(flat_file, flat_pixels, quantize=False))


def test_fidelity_of_a_file_with_another_input_scale_is_that_of_the_pixels_as_they_are():
    """A model that tells dark from bright: pixels fed at another scale are all bright, or all dark."""
    model = brightness_model(threshold=(DARK + LIGHT) / 2)
    pixels = np.stack([np.full((8, 8, 3), level, np.uint8) for level in np.linspace(DARK, LIGHT, 40)])
    reference = model.probabilities(pixels)
    file = tflite_int8_from_model(model, pixels)
    assert fidelity_of(outputs_of_tflite(file, pixels), reference).agreement >= 0.95
    assert fidelity_of(run_by_hand(file, pixels, quantize=False), reference).agreement < 0.8


def brightness_model(*, threshold):
    inputs = keras.Input((8, 8, 3))
    mean = layers.Conv2D(1, 8, name="mean")(layers.Rescaling(1 / 255)(inputs))
    outputs = layers.Dense(2, activation="softmax", name="dark_or_bright")(layers.Flatten()(mean))
    model = keras.Model(inputs, outputs)
    model.get_layer("mean").set_weights([np.full((8, 8, 3, 1), 1 / 192), np.zeros(1)])
    steepness = 20.0
    weights = [np.array([[-steepness, steepness]]), np.array([1, -1]) * steepness * threshold / 255]
    model.get_layer("dark_or_bright").set_weights(weights)
    return float_model_of_keras(model)


def test_float_files_get_the_pixel_values_as_they_are(model, held_out):
    outputs = outputs_of_tflite(tflite_fp32_from_model(model), held_out)
    np.testing.assert_allclose(outputs, model.probabilities(held_out), atol=1e-4)
    assert outputs.dtype == np.float32


def test_operators_are_told_in_order_with_the_tensors_that_they_read_and_make(flat_file):
    interpreter = Interpreter(model_content=flat_file)
    found = operations_of(interpreter)
    names = [operation.name for operation in found]
    assert {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "SOFTMAX"} <= set(names)
    assert interpreter.get_input_details()[0]["index"] in found[0].inputs
    made: set[int] = {interpreter.get_input_details()[0]["index"]}
    makes = {index for operation in found for index in operation.outputs}
    for operation in found:
        assert not ({index for index in operation.inputs if index in makes} - made)
        made.update(operation.outputs)
    assert interpreter.get_output_details()[0]["index"] in made


def test_only_operators_that_give_float_are_named(model, flat_file):
    assert float_operators(flat_file) == ()
    named = float_operators(tflite_fp32_from_model(model))
    assert "CONV_2D" in named
    assert len(set(named)) == len(named)
