from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from edgewright_convert.float_model import FloatModel, load_float_model
from edgewright_convert.tflite import checks as tflite_checks
from edgewright_convert.tflite.converter import tflite_fp32_from_model, tflite_int8_from_model
from edgewright_convert.tflite.model_file import read_tflite
from edgewright_runtime.errors import EdgewrightError

from ...tolerances import float_difference

pytestmark = pytest.mark.numeric

CHECKS = {
    "fp32": tflite_checks.check_fp32,
    "fp16": tflite_checks.check_fp16,
    "dynamic": tflite_checks.check_dynamic,
    "int8": tflite_checks.check_int8,
}
# Least agreement of labels on 60 test images, in whose answers the first two labels are at least 0.2 apart.
AGREEMENT = {"fp32": 1.0, "fp16": 1.0, "dynamic": 0.95, "int8": 0.95}


@pytest.fixture(params=AGREEMENT)
def name(request):
    return request.param


@pytest.fixture
def data(name, converted_run):
    return (converted_run / f"tflite/model_{name}.tflite").read_bytes()


def test_answers_like_keras(name, data, run_tflite, test_pixels, reference_outputs):
    answers = run_tflite(data, test_pixels)
    assert (answers.argmax(1) == reference_outputs.argmax(1)).mean() >= AGREEMENT[name]
    assert np.abs(answers - reference_outputs).max() <= float_difference(name)


def test_one_image_at_a_time_of_raw_pixels(name, data):
    interpreter = Interpreter(model_content=data)
    (given,), (made,) = interpreter.get_input_details(), interpreter.get_output_details()
    dtype = np.uint8 if name == "int8" else np.float32
    assert (given["dtype"], made["dtype"]) == (dtype, dtype)
    assert given["shape"].tolist() == [1, 32, 32, 3]
    assert interpreter.get_signature_list()["serving_default"] == {"inputs": ["pixels"], "outputs": ["probabilities"]}


def test_int8_takes_bytes_as_they_are(converted_run):
    file = read_tflite((converted_run / "tflite/model_int8.tflite").read_bytes())
    assert (file.inputs[0].scales, file.inputs[0].zero_points) == ((1.0,), (0,))
    assert file.outputs[0].scales == (1 / 256,)


def model_around(function):
    """A float model that is one TensorFlow function."""
    import tensorflow as tf

    def call(pixels):
        return tf.reduce_sum(function(pixels / 300), axis=(1, 2))

    return FloatModel(Path("model"), call, (4, 4, 3), 3, loaded=None)


@pytest.mark.parametrize("name", ["cumprod", "erfinv"])
def test_operator_that_tflite_lacks_is_named(name):
    import tensorflow as tf

    with pytest.raises(EdgewrightError, match=f"no operator for tf.{name.capitalize()}"):
        tflite_fp32_from_model(model_around(getattr(tf.math, name)))


def test_int8_of_a_model_whose_layers_carry_their_own_gradients(tmp_path, run_tflite, test_pixels):
    # Keras's SiLU does; such a graph cannot be saved together with its gradients once it is frozen.
    import keras

    keras.utils.set_random_seed(4)
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(8, 3, strides=4, activation="silu")(keras.layers.Rescaling(1 / 255)(inputs))
    wide = keras.initializers.RandomNormal(stddev=1.0)  # so that most answers are clear
    outputs = keras.layers.Dense(10, activation="softmax", kernel_initializer=wide)(keras.layers.Flatten()(x))
    path = tmp_path / "model.keras"
    keras.Model(inputs, outputs).save(path)
    model = load_float_model(path)
    data = tflite_int8_from_model(model, test_pixels)
    assert Interpreter(model_content=data).get_signature_list()["serving_default"]["inputs"] == ["pixels"]
    expected = model.probabilities(test_pixels)
    ranked = np.sort(expected, axis=1)
    clear = ranked[:, -1] - ranked[:, -2] > 0.5
    assert clear.mean() > 0.5
    assert (run_tflite(data, test_pixels).argmax(1) == expected.argmax(1))[clear].mean() > 0.9


def test_labels_that_the_levels_of_the_output_cost_are_told_with_what_helps():
    import keras

    from edgewright_convert.float_model import float_model_of_keras
    from edgewright_convert.options import ConvertOptions
    from edgewright_convert.tflite.products import _output_notes
    from edgewright_runtime.library_noise import captured

    from ..tiny import images

    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Rescaling(1 / 255)(inputs)
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(8, 3, activation="relu")(x))
    keras.utils.set_random_seed(1)
    model = float_model_of_keras(keras.Model(inputs, keras.layers.Dense(300, activation="softmax")(x)))
    pixels = images(40, seed=1)
    with captured():
        file, reference = tflite_int8_from_model(model, pixels), model.probabilities(pixels)
    (note,) = _output_notes(file, ConvertOptions(), pixels, reference)
    assert note.startswith("with --float-output the file would agree with the float model on about ")
    assert _output_notes(file, ConvertOptions(integer_only=True), pixels, reference) == ()
    assert _output_notes(file, ConvertOptions(), pixels[:0], reference[:0]) == ()
