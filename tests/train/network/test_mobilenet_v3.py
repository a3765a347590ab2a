"""MobileNetV3 trains from scratch and from weights of other classes, where Keras's own settings end at chance."""

import keras
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from edgewright_runtime.preprocessing import Preprocessing
from edgewright_train.network import StartingWeights, backbone_named, starting_weights
from edgewright_train.network.network import build_network, freeze_for_fine_tuning, prepare_for_scratch

from ..tiny import PLAIN_HEAD

pytestmark = [pytest.mark.e2e, pytest.mark.numeric]

ROW = backbone_named("mobilenet_v3_small")
SIDE = 48


@pytest.fixture(scope="module")
def digits():
    """Pixels and class indices of the digits 0 to 4, and of 5 to 9."""
    found = load_digits()
    grey = [Image.fromarray(np.rint(image * 255 / 16).astype(np.uint8)) for image in found.images]
    pixels = np.stack([np.asarray(image.resize((SIDE, SIDE)).convert("RGB"), np.float32) for image in grey])
    low = found.target < 5
    return (pixels[low], found.target[low]), (pixels[~low], found.target[~low] - 5)


def network(weights):
    keras.utils.set_random_seed(0)
    contract = Preprocessing(SIDE, SIDE, normalisation=ROW.normalisation)
    return build_network(ROW, weights, contract=contract, classes=5, head=PLAIN_HEAD)


def validation_accuracy(model, images, *, rate, epochs):
    """Of the last fifth of the images, when the rest has been learned."""
    pixels, classes = images
    kept = len(pixels) * 4 // 5
    steps = epochs * -(-kept // 32)
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    held_back = (pixels[kept:], classes[kept:])
    fitted = model.fit(pixels[:kept], classes[:kept], 32, epochs, validation_data=held_back, verbose=0)
    return fitted.history["val_accuracy"][-1]


@pytest.fixture(scope="module")
def pretrained(digits, tmp_path_factory):
    """A weights file of a backbone that knows the digits 0 to 4, and its accuracy on those that were held back."""
    scratch = network(StartingWeights("none", 0.75))
    prepare_for_scratch(scratch)
    accuracy = validation_accuracy(scratch.model, digits[0], rate=3e-3, epochs=8)
    path = tmp_path_factory.mktemp("pretrained") / "v3.weights.h5"
    pixels = scratch.model.inputs[0]
    keras.Model(pixels, scratch.backbone_layers[-1].output).save_weights(path)
    return path, accuracy


def test_from_scratch_the_moving_averages_keep_up(pretrained):
    assert pretrained[1] > 0.9


def test_fine_tuning_with_frozen_averages_learns_other_classes(pretrained, digits):
    tuned = network(starting_weights(str(pretrained[0]), backbone=ROW, alpha="auto", size=SIDE))
    freeze_for_fine_tuning(tuned, "all")
    assert validation_accuracy(tuned.model, digits[1], rate=1e-3, epochs=6) > 0.8
