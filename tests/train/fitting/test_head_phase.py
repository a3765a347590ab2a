"""Phase 1 trains the head on cached features, and the whole model then answers as that head does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgewright_runtime.dataset import read_dataset, split_dataset
from edgewright_train.data.batches import plain_batches, training_batches
from edgewright_train.data.pixels import Pixels, decoded
from edgewright_train.fitting.head_phase import train_head
from edgewright_train.fitting.phases import balanced_weights
from edgewright_train.network import backbone_named, starting_weights
from edgewright_train.network.network import build_network
from edgewright_train.recipes import Augmentation, Recipe

from ...tolerances import DEEP, logarithm_error

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def pixels(colours: Path, small_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory):
    dataset = read_dataset(colours)
    rows = split_dataset(dataset, seed=1)
    contract = small_recipe.preprocessing()
    with decoded(rows, labels=dataset.labels, contract=contract, out=tmp_path_factory.mktemp("out")) as found:
        yield found


def batches_of(pixels: Pixels, recipe: Recipe, *, seed: int, shuffle: bool = True):
    return training_batches(
        pixels, batch_size=8, augmentation=recipe.augmentation, classes=3, seed=seed, shuffle=shuffle
    )


def images_in(batches) -> np.ndarray:
    return np.concatenate([np.asarray(images) for images, _ in batches])


def test_every_image_is_decoded_by_the_one_preprocessing(pixels, colours, small_recipe):
    dataset = read_dataset(colours)
    for place, image in enumerate(dataset.images):
        np.testing.assert_array_equal(pixels.values[place], small_recipe.preprocessing().apply(image.path))
        assert dataset.labels[pixels.classes[place]] == image.label


def test_plain_batches_are_the_split_in_its_order_as_float32(pixels):
    batches = list(plain_batches(pixels, "val", batch_size=4, classes=3))
    images = images_in(batches)
    assert images.dtype == np.float32
    np.testing.assert_array_equal(images, pixels.values[pixels.places["val"]])
    labels = np.concatenate([np.asarray(labels) for _, labels in batches])
    np.testing.assert_array_equal(labels.argmax(axis=1), pixels.classes[pixels.places["val"]])


def test_training_batches_repeat_with_the_seed_and_change_with_every_pass(pixels, small_recipe):
    one, other = batches_of(pixels, small_recipe, seed=5), batches_of(pixels, small_recipe, seed=5)
    first, second = images_in(one), images_in(one)
    np.testing.assert_array_equal(first, images_in(other))
    np.testing.assert_array_equal(second, images_in(other))
    assert np.abs(first - second).mean() > 1
    assert np.abs(first - images_in(batches_of(pixels, small_recipe, seed=6))).mean() > 1


def test_views_keep_the_order_of_the_split(pixels, small_recipe):
    nothing = Augmentation(
        horizontal_flip=False, vertical_flip=False, rotation_degrees=0, zoom=0, shift=0, brightness=0, contrast=0
    )
    images = images_in(batches_of(pixels, replace(small_recipe, augmentation=nothing), seed=5, shuffle=False))
    np.testing.assert_array_equal(images, pixels.values[pixels.places["train"]])


def test_class_weights_make_rare_classes_count_as_much(pixels):
    places = {"train": np.array([0, 1, 2, 3, 12, 13, 24])}
    weights = balanced_weights(replace(pixels, places=places), 3)
    assert weights == {0: pytest.approx(7 / 12), 1: pytest.approx(7 / 6), 2: pytest.approx(7 / 3)}


def test_the_whole_model_answers_as_the_head_that_was_trained(pixels, small_recipe, backbone_weights):
    row = backbone_named("mobilenet_v2")
    start = starting_weights(str(backbone_weights), backbone=row, alpha="auto", size=32)
    network = build_network(row, start, contract=small_recipe.preprocessing(), classes=3, dropout=0.3)
    before = {weight.path: np.asarray(weight) for weight in network.features.weights}
    result = train_head(network, pixels, recipe=small_recipe, class_weight=None, seed=3)
    for weight in network.features.weights:
        np.testing.assert_array_equal(before[weight.path], np.asarray(weight))
    images = pixels.values[pixels.places["val"]].astype(np.float32)
    truth = np.eye(3)[pixels.classes[pixels.places["val"]]] * 0.9 + 0.1 / 3  # the recipe's label smoothing
    probabilities = np.asarray(network.model(images, training=False))
    loss = -(truth * np.log(probabilities)).sum(axis=1).mean()
    assert result.val_loss == pytest.approx(loss, abs=logarithm_error(probabilities, DEEP))
    assert result.val_loss == min(epoch.val_loss for epoch in result.epochs)
