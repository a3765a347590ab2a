"""A .keras file runs, or one sentence says why not."""

import numpy as np
import pytest

from edgewright_runtime.backends.keras import load
from edgewright_runtime.errors import EdgewrightError


def test_float_model_gives_one_row_of_probabilities_an_image(float_run):
    model = load(float_run / "model.keras", threads=None)
    pixels = np.random.default_rng(0).integers(0, 256, (35, 32, 32, 3), dtype=np.uint8)
    outputs = model.probabilities(pixels)
    assert (outputs.shape, outputs.dtype) == ((35, 10), np.float32)
    assert outputs.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (model.input.shape, model.output.shape) == ((None, 32, 32, 3), (None, 10))
    assert model.library.startswith("keras ")
    assert " on tensorflow " in model.library


def test_model_with_two_outputs_is_refused(tmp_path):
    import keras

    inputs = keras.Input((4, 4, 3))
    flat = keras.layers.Flatten()(inputs)
    two = keras.Model(inputs, [keras.layers.Dense(2)(flat), keras.layers.Dense(3)(flat)])
    two.save(tmp_path / "two.keras")
    with pytest.raises(EdgewrightError, match="it has 2 outputs, an image classifier has one"):
        load(tmp_path / "two.keras", threads=None)


def test_thread_count_that_tensorflow_can_no_longer_take_is_one_sentence(float_run):
    load(float_run / "model.keras", threads=None).probabilities(np.zeros((1, 32, 32, 3), np.uint8))
    with pytest.raises(EdgewrightError, match="already running with another number of threads than 63"):
        load(float_run / "model.keras", threads=63)


def test_run_that_fails_is_one_sentence_that_names_the_file(float_run):
    model = load(float_run / "model.keras", threads=None)
    with pytest.raises(EdgewrightError, match=r"model\.keras cannot be run by keras \S+ on tensorflow \S+: \w+"):
        model.probabilities(np.zeros((1, 7, 7, 3), np.uint8))
