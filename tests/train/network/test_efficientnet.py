"""EfficientNet normalises pixels once, by the contract's numbers, whatever its file holds."""

import keras
import numpy as np
import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.network import backbone_named
from edgewright_train.network.backbones import IMAGENET_STATISTICS
from edgewright_train.network.efficientnet import normalise_as_published
from edgewright_train.network.network import backbone_model

SIZE = 32


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return backbone_model(backbone_named("efficientnet_b0"), keras.Input((SIZE, SIZE, 3)), alpha=1.0)


def layer(model, kind):
    return next(each for each in model.layers if isinstance(each, kind))


def normalised(model):
    """What the backbone's first convolution sees of pixels from 0 to 255, and those pixels."""
    pixels = np.random.default_rng(0).uniform(0, 255, (2, SIZE, SIZE, 3)).astype(np.float32)
    seen = keras.Model(model.inputs[0], layer(model, keras.layers.Normalization).output)
    return np.asarray(seen(pixels)), pixels


def test_first_convolution_sees_pixels_by_the_rows_statistics(model):
    found, pixels = normalised(model)
    expected = pixels * np.asarray(IMAGENET_STATISTICS.scale) + np.asarray(IMAGENET_STATISTICS.offset)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_published_files_hold_deviations_for_variances_and_are_mended(model):
    statistics = layer(model, keras.layers.Normalization)
    deviations = 1 / (255 * np.asarray(IMAGENET_STATISTICS.scale))
    statistics.adapt_variance.assign(deviations.reshape(statistics.adapt_variance.shape))
    statistics.finalize_state()
    normalise_as_published(model)
    found, pixels = normalised(model)
    expected = pixels * np.asarray(IMAGENET_STATISTICS.scale) + np.asarray(IMAGENET_STATISTICS.offset)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_weights_for_pixels_that_were_normalised_otherwise_are_refused(model):
    statistics = layer(model, keras.layers.Normalization)
    held = np.asarray(statistics.adapt_mean)
    statistics.adapt_mean.assign(np.full_like(held, 0.5))
    with pytest.raises(EdgewrightError, match=r"pixels normalised by the means \[0\.5, 0\.5, 0\.5\], not by"):
        normalise_as_published(model)
    statistics.adapt_mean.assign(held)
