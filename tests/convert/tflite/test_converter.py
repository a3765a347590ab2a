"""What TFLiteConverter makes of the frozen model, and what it refuses."""

import keras
import pytest

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.tflite.converter import (
    tflite_dynamic_from_model,
    tflite_fp32_from_model,
    tflite_int8_from_model,
)
from edgewright_convert.tflite.model_file import read_tflite
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import captured


@pytest.fixture(scope="module")
def model(tiny_model):
    return float_model_of_keras(tiny_model)


@pytest.mark.parametrize("make", [tflite_fp32_from_model, tflite_dynamic_from_model])
def test_one_image_of_floats_goes_in_by_name(make, model):
    from ai_edge_litert.interpreter import Interpreter

    with captured():
        interpreter = Interpreter(model_content=make(model))
    signature = interpreter.get_signature_list()["serving_default"]
    assert signature == {"inputs": ["pixels"], "outputs": ["probabilities"]}
    assert interpreter.get_input_details()[0]["shape"].tolist() == [1, 32, 32, 3]


def test_int8_file_takes_and_gives_bytes(model, calibration):
    with captured():
        file = read_tflite(tflite_int8_from_model(model, calibration[:16]))
    assert {tensor.dtype for tensor in (*file.inputs, *file.outputs)} == {"UINT8"}


def test_same_model_gives_the_same_bytes(model):
    with captured():
        assert tflite_fp32_from_model(model) == tflite_fp32_from_model(model)


def test_operators_that_tflite_lacks_are_named():
    import tensorflow as tf

    inputs = keras.Input((8, 8, 3))
    plain = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Flatten()(inputs)))
    strange = float_model_of_keras(plain, lambda pixels: plain(tf.raw_ops.Betainc(a=pixels, b=pixels, x=pixels)))
    with (
        captured(),
        pytest.raises(EdgewrightError, match=r"TFLite has no operator for tf\.Betainc; replace the layers"),
    ):
        tflite_fp32_from_model(strange)
