"""A SavedModel folder runs through its named signature, or one sentence says why not."""

import numpy as np
import pytest

from edgewright_runtime.backends import keras as keras_backend
from edgewright_runtime.backends.saved_model import load
from edgewright_runtime.errors import EdgewrightError

from ...tolerances import SHALLOW, assert_probabilities_close

pytestmark = pytest.mark.numeric


def test_export_gives_the_keras_models_probabilities(float_run):
    pixels = np.random.default_rng(0).integers(0, 256, (33, 32, 32, 3), dtype=np.uint8)
    model = load(float_run / "saved_model", threads=None)
    reference = keras_backend.load(float_run / "model.keras", threads=None)
    outputs = model.probabilities(pixels)
    assert outputs.shape == (33, 10)
    assert_probabilities_close(outputs, reference.probabilities(pixels), SHALLOW)
    assert (model.input.dtype, model.output.shape) == ("float32", (None, 10))


@pytest.mark.parametrize("content", [None, b"no graph"])
def test_folder_that_is_no_saved_model_is_one_sentence(tmp_path, content):
    if content is not None:
        (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(EdgewrightError, match="is no SavedModel that can be run: "):
        load(tmp_path, threads=None)


def test_run_that_fails_is_one_sentence_that_names_the_folder(float_run):
    model = load(float_run / "saved_model", threads=None)
    with pytest.raises(EdgewrightError, match=r"saved_model cannot be run by tensorflow \S+: \w+"):
        model.probabilities(np.zeros((1, 7, 7, 3), np.uint8))


def test_thread_count_that_tensorflow_can_no_longer_take_is_one_sentence(float_run):
    load(float_run / "saved_model", threads=None).probabilities(np.zeros((1, 32, 32, 3), np.uint8))
    with pytest.raises(EdgewrightError, match="already running with another number of threads than 63"):
        load(float_run / "saved_model", threads=63)
