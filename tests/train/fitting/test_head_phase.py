"""Phase 1 trains the head on cached features, and the whole model then answers as that head does."""

import math
from dataclasses import replace

import numpy as np
import pytest

from edgewright_train.fitting.head_phase import train_head
from edgewright_train.fitting.learning_task import LearningTask
from edgewright_train.fitting.precision import computing
from edgewright_train.fitting.supervising.best_epoch import best_of
from edgewright_train.network import backbone_named, starting_weights
from edgewright_train.network.network import build_network

from ...tolerances import DEEP, SHALLOW, logarithm_error
from ..tiny import tiny_network

pytestmark = pytest.mark.numeric


def test_the_whole_model_answers_as_the_head_that_was_trained(colour_pixels, small_recipe, backbone_weights):
    row = backbone_named("mobilenet_v2")
    start = starting_weights(str(backbone_weights), backbone=row, alpha="auto", size=32)
    network = build_network(row, start, contract=small_recipe.preprocessing(), classes=3, head=small_recipe.head)
    before = {weight.path: np.asarray(weight) for weight in network.features.weights}
    result = train_head(network, LearningTask(colour_pixels, small_recipe, seed=3))
    for weight in network.features.weights:
        np.testing.assert_array_equal(before[weight.path], np.asarray(weight))
    images = colour_pixels.values[colour_pixels.places["val"]].astype(np.float32)
    truth = (
        np.eye(3)[colour_pixels.classes[colour_pixels.places["val"]]] * 0.9 + 0.1 / 3
    )  # the recipe's label smoothing
    probabilities = np.asarray(network.model(images, training=False))
    loss = -(truth * np.log(probabilities)).sum(axis=1).mean()
    assert result.best.val_loss == pytest.approx(loss, abs=logarithm_error(probabilities, DEEP))
    assert result.best.val_loss == min(epoch.val_loss for epoch in result.epochs)


def head_of(pixels, recipe, *, class_weight=None, network=None, **phase):
    recipe = replace(recipe, head_phase=replace(recipe.head_phase, **phase))
    return train_head(network or tiny_network(), LearningTask(pixels, recipe, class_weight, seed=3))


@pytest.mark.parametrize("monitor", ["val_loss", "val_accuracy"])
def test_head_has_the_weights_of_the_epoch_that_the_monitor_prefers(colour_pixels, small_recipe, monitor):
    network = tiny_network()
    result = head_of(colour_pixels, small_recipe, network=network, epochs=6, learning_rate=0.5, monitor=monitor)
    places = colour_pixels.places["val"]
    probabilities = np.asarray(network.model(colour_pixels.values[places].astype(np.float32), training=False))
    accuracy = (probabilities.argmax(axis=1) == colour_pixels.classes[places]).mean()
    assert result.best.val_accuracy == pytest.approx(accuracy)
    assert result.best == best_of(result.epochs, monitor)


def test_each_view_shows_what_the_balance_says(colour_pixels, small_recipe):
    uneven = np.array([place for place in range(36) if place < 12 or place % 6 == 0])  # blue 12, green 2, red 2
    pixels = replace(colour_pixels, places={**colour_pixels.places, "train": uneven})
    losses = {
        balance: head_of(pixels, replace(small_recipe, balance=balance), epochs=1).epochs[0].loss
        for balance in ("none", "oversampling", "undersampling", "balanced_sampling")
    }
    assert len(set(losses.values())) == 4


def test_logistic_regression_leaves_a_head_that_the_whole_model_answers_with(colour_pixels, small_recipe):
    network = tiny_network()
    result = head_of(colour_pixels, small_recipe, network=network, solver="logistic_regression")
    places = colour_pixels.places["val"]
    probabilities = np.asarray(network.model(colour_pixels.values[places].astype(np.float32), training=False))
    smoothing = small_recipe.loss.label_smoothing
    truth = np.eye(3)[colour_pixels.classes[places]] * (1 - smoothing) + smoothing / 3
    loss = -(truth * np.log(probabilities)).sum(axis=1).mean()
    assert result.best.val_loss == pytest.approx(loss, abs=logarithm_error(probabilities, SHALLOW))
    assert result.best.val_loss == min(epoch.val_loss for epoch in result.epochs)


@pytest.mark.parametrize("solver", ["gradient", "logistic_regression"])
def test_mixed_images_and_class_weights_reach_the_head(colour_pixels, small_recipe, solver):
    mixing = replace(small_recipe, augmentation=replace(small_recipe.augmentation, mixup=0.4, cutmix=1.0))
    weights = {0: 1.0, 1: 1.0, 2: 9.0}
    losses = [
        head_of(colour_pixels, recipe, class_weight=chosen, epochs=1, solver=solver).epochs[0].loss
        for recipe in (small_recipe, mixing)
        for chosen in (None, weights)
    ]
    assert len({round(loss, 3) for loss in losses}) == 4


def test_half_precision_features_train_a_head(colour_pixels, small_recipe):
    with computing(mixed=True):
        network = tiny_network()
    result = head_of(colour_pixels, small_recipe, network=network, epochs=2)
    assert all(math.isfinite(epoch.loss) for epoch in result.epochs)
