"""INT8 files whose last layer and probabilities are float32."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.tflite.checks import check_int8
from edgewright_convert.tflite.converter import tflite_int8_from_model
from edgewright_convert.tflite.interpreter import outputs_of_tflite
from edgewright_convert.tflite.model_file import read_tflite
from edgewright_convert.tflite.rewriting.float_output import tflite_with_float_output
from edgewright_convert.tflite.rewriting.mixed_precision_file import quantized_layers, tflite_with_float_layers
from edgewright_runtime.errors import CheckFailedError, EdgewrightError
from edgewright_runtime.library_noise import captured

from ...tiny import SIDE, images

pytestmark = pytest.mark.numeric


def integer_file(last: str, classes: int) -> tuple[bytes, keras.Model]:
    keras.utils.set_random_seed(7)
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(1 / 127.5, -1)(inputs)
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(24, 3, strides=2, activation="relu")(x))
    outputs = layers.Activation(last)(layers.Dense(classes, name="logits")(x))
    model = keras.Model(inputs, outputs)
    with captured():
        return tflite_int8_from_model(float_model_of_keras(model), images(64, seed=1)), model


@pytest.mark.parametrize(("last", "classes"), [("softmax", 200), ("sigmoid", 1)])
def test_output_is_float_from_the_last_layer_on_and_nearer_to_the_float_model(last, classes):
    integer, model = integer_file(last, classes)
    file = tflite_with_float_output(integer)
    read = read_tflite(file)
    assert (read.inputs[0].dtype, read.outputs[0].dtype) == ("UINT8", "FLOAT32")
    kinds = [(each.name, each.outputs[0].dtype) for each in read.operators]
    assert [name for name, dtype in kinds if dtype == "FLOAT32"][-2:] == [
        "FULLY_CONNECTED",
        {"softmax": "SOFTMAX", "sigmoid": "LOGISTIC"}[last],
    ]
    assert ("CONV_2D", "INT8") in kinds
    pixels = images(32, seed=2)
    expected = np.asarray(model(pixels.astype(np.float32), training=False))
    before, after = (np.abs(outputs_of_tflite(each, pixels) - expected).mean() for each in (integer, file))
    assert after < 0.8 * before


def test_close_classes_tie_in_bytes_and_not_in_float():
    integer, _ = integer_file("softmax", 200)
    pixels = images(32, seed=2)
    ranked = [np.sort(outputs_of_tflite(each, pixels), axis=1) for each in (integer, tflite_with_float_output(integer))]
    ties = [(each[:, -1] == each[:, -2]).mean() for each in ranked]
    assert ties[0] > 0.5
    assert ties[1] == 0


def test_same_file_gives_the_same_bytes_and_passes_only_its_own_check():
    integer, _ = integer_file("softmax", 10)
    file = tflite_with_float_output(integer)
    assert file == tflite_with_float_output(integer)
    check_int8(read_tflite(file), float_output=True)
    with pytest.raises(CheckFailedError, match="compute in float"):
        check_int8(read_tflite(file))
    with pytest.raises(CheckFailedError, match="output is UINT8"):
        check_int8(read_tflite(integer), float_output=True)


def test_file_with_its_last_layer_in_float_already_loses_only_the_steps_behind_it(tiny_model, calibration):
    from edgewright_convert.int8 import corrected_model
    from edgewright_convert.tflite.corrected_file import tflite_from_ranges

    with captured():
        corrected = corrected_model(tiny_model, calibration, effort="fast")
        integer = tflite_from_ranges(corrected.model, corrected.ranges)
    mixed = tflite_with_float_layers(integer, [quantized_layers(integer)[-1]])
    pixels = calibration[:16]
    expected = outputs_of_tflite(tflite_with_float_output(integer), pixels)
    np.testing.assert_allclose(outputs_of_tflite(tflite_with_float_output(mixed), pixels), expected, atol=1e-5)


def test_model_without_a_last_layer_with_weights_is_refused_in_one_sentence():
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, strides=2, activation="relu")(layers.Rescaling(1 / 255)(inputs))
    x = layers.GlobalAveragePooling2D()(layers.Add()([x, layers.ReLU()(x)]))
    model = keras.Model(inputs, layers.Softmax()(x))
    with captured():
        file = tflite_int8_from_model(float_model_of_keras(model), images(16, seed=1))
    with pytest.raises(EdgewrightError, match="leave --float-output away"):
        tflite_with_float_output(file)
