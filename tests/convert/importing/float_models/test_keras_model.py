"""Keras files from elsewhere are loaded without running what is in them, and given a softmax where they lack one."""

import numpy as np
import pytest

from edgewright_convert.float_model import load_float_model
from edgewright_convert.importing.float_models.keras_model import keras_shapes, last_activation
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.manifest import read_manifest

from ....tolerances import assert_probabilities_close
from ..by_hand import PIXELS, by_hand, softmax

pytestmark = pytest.mark.numeric


@pytest.mark.filterwarnings("ignore:.*HDF5 file.*:UserWarning")
def test_h5_file_with_logits_gets_a_softmax_and_the_manifest_says_so(saved, imported):
    path, model = saved("model.h5", activation=None)
    run = imported(path, normalisation="unit")
    expected = softmax(model.predict_on_batch(by_hand("unit", PIXELS).astype(np.float32)))
    assert_probabilities_close(load_float_model(run.model).probabilities(PIXELS), expected)
    options = read_manifest(run.path).artefacts["model.keras"].options
    assert (options["output"], options["imported_from"]) == ("logits", "model.h5")
    assert options["declared"]["normalisation"] == "unit"


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.filterwarnings("ignore:.*HDF5 file.*:UserWarning")
def test_lambda_layers_are_refused_before_loading(suffix, tmp_path, imported):
    import keras

    inputs = keras.Input((8, 8, 3))
    path = tmp_path / f"model{suffix}"
    keras.Model(inputs, keras.layers.Lambda(lambda x: x)(inputs)).save(path)
    with pytest.raises(EdgewrightError, match="Lambda"):
        imported(path)


def test_custom_layer_is_one_sentence(tmp_path, imported):
    import keras

    class Own(keras.layers.Layer):
        def call(self, x):
            return x

    inputs = keras.Input((8, 8, 3))
    path = tmp_path / "own.keras"
    keras.Model(inputs, Own()(inputs)).save(path)
    with pytest.raises(EdgewrightError, match=r"uses '.*Own'.*model\.export"):
        imported(path)


def test_weights_alone_are_refused(tmp_path, imported):
    import h5py

    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        file["kernel"] = np.zeros(3)
    with pytest.raises(EdgewrightError, match="weights only"):
        imported(path)


def test_last_activation_is_seen_through_models_in_models():
    import keras

    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    outer = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4), inner])
    assert last_activation(outer) == "softmax"
    assert last_activation(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])) == "linear"


def test_input_that_is_no_float32_is_refused(tmp_path):
    import keras

    inputs = keras.Input((4, 4, 3), dtype="uint8")
    model = keras.Model(inputs, keras.layers.Rescaling(1 / 255)(inputs))
    with pytest.raises(EdgewrightError, match="takes uint8; rebuild it with a float32 input"):
        keras_shapes(tmp_path / "model.keras", model)
