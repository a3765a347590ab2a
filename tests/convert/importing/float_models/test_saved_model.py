"""SavedModels from elsewhere are fed what their signature takes."""

import numpy as np
import pytest

from edgewright_convert.float_model import load_float_model
from edgewright_convert.importing.float_models.saved_model import before_sigmoid, load_imported_saved_model
from edgewright_runtime.errors import EdgewrightError

from ....tolerances import assert_probabilities_close, float32_network
from ..by_hand import PIXELS, by_hand, softmax

pytestmark = pytest.mark.numeric


@pytest.mark.parametrize("normalisation", ["raw", "imagenet-torch", "imagenet-caffe"])
def test_saved_model_is_wrapped_the_same_way(normalisation, saved, imported):
    path, model = saved("exported", activation=None)
    run = imported(path, normalisation=normalisation)
    expected = softmax(model.predict_on_batch(by_hand(normalisation, PIXELS).astype(np.float32)))
    assert not run.model.exists()
    assert_probabilities_close(load_float_model(run.saved_model).probabilities(PIXELS), expected)


def test_uint8_saved_model_is_fed_bytes(tmp_path, imported):
    import tensorflow as tf

    class Bytes(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, 8, 8, 3), tf.uint8)])
        def serve(self, pixels):
            return tf.nn.softmax(tf.reshape(tf.cast(pixels, tf.float32), (-1, 192))[:, :10] / 50)

    module = Bytes()
    tf.saved_model.save(module, str(tmp_path / "bytes"), signatures={"serving_default": module.serve})
    run = imported(tmp_path / "bytes")
    pixels = PIXELS[:, :8, :8]
    expected = softmax(pixels.reshape(4, -1)[:, :10] / 50)
    found = load_float_model(run.saved_model).probabilities(pixels)
    assert_probabilities_close(found, expected, float32_network(layers=1, products=1))


def test_model_without_the_usual_signature_names_those_that_it_has(tmp_path):
    import tensorflow as tf

    module = tf.Module()
    module.serve = tf.function(lambda x: x, input_signature=[tf.TensorSpec((None, 4, 4, 3), tf.float32)])
    tf.saved_model.save(module, str(tmp_path / "m"), signatures={"predict": module.serve})
    with pytest.raises(EdgewrightError, match=r"has the signature\(s\) predict; export it with the signature"):
        load_imported_saved_model(tmp_path / "m")


def test_folder_that_is_no_saved_model_is_one_sentence(tmp_path):
    with pytest.raises(EdgewrightError, match="is no SavedModel: "):
        load_imported_saved_model(tmp_path)


@pytest.mark.parametrize(("activation", "found"), [("sigmoid", True), ("linear", False)])
def test_what_a_last_sigmoid_takes_is_found(tmp_path, activation, found):
    import keras

    inputs = keras.Input((4, 4, 3))
    keras.Model(inputs, keras.layers.Dense(1, activation)(keras.layers.Flatten()(inputs))).export(
        tmp_path / "m", verbose=False
    )
    assert (before_sigmoid(load_imported_saved_model(tmp_path / "m")[0]) is not None) == found
