"""Phase 1 trains the head on cached features, and the whole model then answers as that head does."""

import numpy as np
import pytest

from edgewright_train.fitting.head_phase import train_head
from edgewright_train.network import backbone_named, starting_weights
from edgewright_train.network.network import build_network

from ...tolerances import DEEP, logarithm_error

pytestmark = pytest.mark.numeric


def test_the_whole_model_answers_as_the_head_that_was_trained(colour_pixels, small_recipe, backbone_weights):
    row = backbone_named("mobilenet_v2")
    start = starting_weights(str(backbone_weights), backbone=row, alpha="auto", size=32)
    network = build_network(row, start, contract=small_recipe.preprocessing(), classes=3, dropout=0.3)
    before = {weight.path: np.asarray(weight) for weight in network.features.weights}
    result = train_head(network, colour_pixels, recipe=small_recipe, class_weight=None, seed=3)
    for weight in network.features.weights:
        np.testing.assert_array_equal(before[weight.path], np.asarray(weight))
    images = colour_pixels.values[colour_pixels.places["val"]].astype(np.float32)
    truth = (
        np.eye(3)[colour_pixels.classes[colour_pixels.places["val"]]] * 0.9 + 0.1 / 3
    )  # the recipe's label smoothing
    probabilities = np.asarray(network.model(images, training=False))
    loss = -(truth * np.log(probabilities)).sum(axis=1).mean()
    assert result.val_loss == pytest.approx(loss, abs=logarithm_error(probabilities, DEEP))
    assert result.val_loss == min(epoch.val_loss for epoch in result.epochs)
