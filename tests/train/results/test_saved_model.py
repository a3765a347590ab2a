"""What is served is the model as it answers, not as it is trained."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from edgewright_train.results.saved_model import export_saved_model

from ...tolerances import SHALLOW, assert_probabilities_close
from ..tiny import tiny_network

pytestmark = pytest.mark.numeric


def test_signature_takes_any_number_of_images_and_neither_drops_out_nor_normalises_by_the_batch(tmp_path):
    model = tiny_network().model
    (dropout,) = (layer for layer in model.layers if isinstance(layer, keras.layers.Dropout))
    dropout.rate = 0.9
    export_saved_model(model, tmp_path / "saved_model")
    served = tf.saved_model.load(str(tmp_path / "saved_model")).signatures["serving_default"]
    assert list(served.structured_outputs) == ["probabilities"]
    pixels = np.random.default_rng(0).uniform(0, 255, (5, 32, 32, 3)).astype(np.float32)
    expected = np.asarray(model(pixels, training=False))
    for count in (1, 5):
        found = np.asarray(served(pixels=tf.constant(pixels[:count]))["probabilities"])
        assert_probabilities_close(found, expected[:count], SHALLOW)
