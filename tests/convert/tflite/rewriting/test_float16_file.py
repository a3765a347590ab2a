"""Large weights as float16, small ones and those that float16 cannot hold as they were."""

import keras
import numpy as np
import pytest

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.tflite.checks import check_fp16
from edgewright_convert.tflite.converter import tflite_fp32_from_model
from edgewright_convert.tflite.interpreter import outputs_of_tflite
from edgewright_convert.tflite.model_file import read_tflite
from edgewright_convert.tflite.rewriting.float16_file import SMALL, is_held, tflite_fp16_from_fp32
from edgewright_runtime.errors import CheckFailedError
from edgewright_runtime.library_noise import captured

from ...tiny import images

pytestmark = pytest.mark.numeric


def float32_file(largest: float = 1.0) -> bytes:
    """A small kernel, and a large one with weights up to that size."""
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(8, 3, activation="relu", name="small")(keras.layers.Rescaling(1 / 255)(inputs))
    x = keras.layers.Conv2D(32, 3, activation="relu", name="large")(x)
    outputs = keras.layers.Dense(4, activation="softmax", name="last")(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, outputs)
    random = np.random.default_rng(5)
    shapes = [each.shape for each in model.get_weights()]
    weights = [random.uniform(-1, 1, shape) * (len(shape) > 1) for shape in shapes]
    weights[2] *= largest
    weights[4] /= largest
    model.set_weights(weights)
    with captured():
        return tflite_fp32_from_model(float_model_of_keras(model))


def constants_of(data: bytes) -> dict[int, str]:
    return {tensor.elements: tensor.dtype for tensor in read_tflite(data).tensors if tensor.constant}


def test_large_kernels_are_halved_and_small_ones_stay():
    float32 = float32_file()
    made = tflite_fp16_from_fp32(float32)
    found = constants_of(made.data)
    assert found[9 * 8 * 32] == "FLOAT16"
    assert {dtype for elements, dtype in found.items() if elements < SMALL} <= {"FLOAT32", "INT32"}
    assert (made.unheld, made.notes) == ((), ())
    check_fp16(read_tflite(made.data))
    assert len(made.data) < len(float32) - 9 * 8 * 32
    pixels = images(16, seed=1)
    np.testing.assert_allclose(outputs_of_tflite(made.data, pixels), outputs_of_tflite(float32, pixels), atol=2e-3)


def test_same_file_gives_the_same_bytes():
    float32 = float32_file()
    assert tflite_fp16_from_fp32(float32) == tflite_fp16_from_fp32(float32)


def test_weights_that_float16_cannot_hold_stay_float32_and_are_named():
    float32 = float32_file(largest=1e6)
    made = tflite_fp16_from_fp32(float32)
    assert len(made.unheld) == len(made.notes) == 1
    assert constants_of(made.data)[9 * 8 * 32] == "FLOAT32"
    pixels = images(16, seed=1)
    np.testing.assert_allclose(outputs_of_tflite(made.data, pixels), outputs_of_tflite(float32, pixels), atol=2e-3)


def test_float_file_is_no_float16_file():
    with pytest.raises(CheckFailedError, match="float16"):
        check_fp16(read_tflite(float32_file()))


@pytest.mark.parametrize(
    ("largest", "held"), [(0.0, True), (1.0, True), (65504.0, True), (65520.0, False), (7e-5, True), (5e-5, False)]
)
def test_float16_holds_what_its_exponent_reaches(largest, held):
    assert is_held(np.array([0.0, -largest], np.float32)) is held
