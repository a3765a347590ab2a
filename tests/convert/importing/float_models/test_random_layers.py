"""Layers that are random in training are gone before a model is converted, and what it answers stays the same."""

import keras
import numpy as np
import pytest
from keras import layers

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.importing.declaration import Declaration
from edgewright_convert.importing.float_models.keras_model import load_imported_keras
from edgewright_convert.importing.float_models.random_layers import (
    is_random_layer,
    random_layers_of,
    without_random_layers,
)
from edgewright_convert.importing.model_import import import_model
from edgewright_convert.tflite.converter import tflite_fp32_from_model
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing.normalisations import normalisation_named

from .random_kinds import GIVE_BACK, PIXELS, at_inference, classifier_with

pytestmark = pytest.mark.numeric

ALLOWED = 1e-5


@pytest.mark.parametrize("nested", [False, True], ids=["in the model", "nested"])
@pytest.mark.parametrize("kind", GIVE_BACK)
def test_every_kind_is_left_out_of_the_model_and_changes_nothing(kind, nested, tmp_path):
    model = classifier_with(kind, nested=nested, training=True)
    model.save(tmp_path / "model.keras")
    taken_in, left_out = load_imported_keras(tmp_path / "model.keras")
    assert (len(left_out), random_layers_of(taken_in)) == (1, ())
    frozen = float_model_of_keras(taken_in).probabilities(PIXELS)
    assert np.abs(frozen - at_inference(model)).max() <= ALLOWED


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_converted_file_answers_as_the_float_model_at_inference(suffix, tmp_path, run_tflite):
    kinds = ("RandomCrop", "RandomFlip", "MixUp", "RandomShear", "RandomHue" if suffix == ".keras" else "RandomZoom")
    model = classifier_with(*kinds, nested=True)
    model.save(tmp_path / f"model{suffix}")
    taken_in, _ = load_imported_keras(tmp_path / f"model{suffix}")
    made = run_tflite(tflite_fp32_from_model(float_model_of_keras(taken_in)), PIXELS)
    assert np.abs(made - at_inference(model)).max() <= ALLOWED


def test_model_that_fits_its_crop_in_training_alone_is_refused_in_a_sentence(tmp_path):
    classifier_with("RandomCrop", pooled=False).save(tmp_path / "model.keras")
    with pytest.raises(EdgewrightError, match=r"model\.keras cannot be computed without its random layers: Input 0"):
        load_imported_keras(tmp_path / "model.keras")


@pytest.mark.parametrize("kind", ["Rescaling", "BatchNormalization", "AutoContrast", "ReLU"])
def test_layer_that_does_something_at_inference_stays(kind):
    options = {"Rescaling": {"scale": 2.0}, "AutoContrast": {"value_range": (0, 255)}}
    layer = getattr(layers, kind)(**options.get(kind, {}))
    layer(keras.Input((8, 8, 3)))
    assert not is_random_layer(layer)


def test_model_without_such_layers_comes_back_as_it_is(imported_model):
    model = imported_model()
    assert without_random_layers(model) is model


def test_model_that_computes_in_python_is_frozen_without_what_its_layers_count(imported_model):
    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.mix, self.inner = layers.MixUp(), imported_model()

        def call(self, images, training=False):
            return self.inner(self.mix(images, training=training), training=training)

    model = Subclassed()
    pixels = np.repeat(np.repeat(PIXELS, 2, axis=1), 2, axis=2)
    expected = np.asarray(model(pixels.astype(np.float32), training=False))
    float_model = float_model_of_keras(model.inner, lambda given: model(given, training=False))
    assert np.abs(float_model.probabilities(pixels) - expected).max() <= ALLOWED


def test_import_names_what_it_leaves_out(tmp_path):
    classifier_with("RandomFlip", "MixUp", nested=True).save(tmp_path / "model.keras")
    (tmp_path / "labels.txt").write_text("a\nb\nc\n")
    declared = Declaration(tmp_path / "labels.txt", normalisation_named("raw"))
    notes = []
    import_model(tmp_path / "model.keras", tmp_path / "run", declared, data=None, seed=0, on_note=notes.append)
    (note,) = notes
    assert "Left out of the model" in note
    assert "random_flip" in note
    assert "mix_up" in note
