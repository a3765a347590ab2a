"""Batches bring every image with its own label; augmentation and shuffling follow from the seed alone."""

from dataclasses import replace

import numpy as np
import pytest

from edgewright_train.data.batches import plain_batches, training_batches
from edgewright_train.data.epoch_order import EpochClock
from edgewright_train.data.pixels import Pixels
from edgewright_train.recipes import Recipe

from ..choices import NO_AUGMENTATION

pytestmark = pytest.mark.numeric


def batches_of(pixels: Pixels, recipe: Recipe, *, seed: int, batch_size: int = 8, **options):
    return training_batches(
        pixels, batch_size=batch_size, augmentation=recipe.augmentation, classes=3, seed=seed, **options
    )


WEIGHTS = {0: 0.5, 1: 1.0, 2: 4.0}


def uneven(pixels: Pixels) -> Pixels:
    """Of the three classes 12, 2 and 2 images in the training split."""
    places = np.array([place for place in range(36) if place < 12 or place % 6 == 0])
    return replace(pixels, places={**pixels.places, "train": places})


def images_in(batches) -> np.ndarray:
    return np.concatenate([np.asarray(images) for images, *_ in batches])


def labels_in(batches) -> np.ndarray:
    return np.concatenate([np.asarray(labels) for _, labels, *_ in batches])


def test_plain_batches_are_the_split_in_its_order_as_float32(colour_pixels):
    batches = list(plain_batches(colour_pixels, "val", batch_size=4, classes=3))
    images = images_in(batches)
    assert images.dtype == np.float32
    np.testing.assert_array_equal(images, colour_pixels.values[colour_pixels.places["val"]])
    np.testing.assert_array_equal(labels_in(batches).argmax(axis=1), colour_pixels.classes[colour_pixels.places["val"]])


def test_training_batches_repeat_with_the_seed_and_change_with_every_pass(colour_pixels, small_recipe):
    one, other = batches_of(colour_pixels, small_recipe, seed=5), batches_of(colour_pixels, small_recipe, seed=5)
    first, second = images_in(one), images_in(one)
    np.testing.assert_array_equal(first, images_in(other))
    np.testing.assert_array_equal(second, images_in(other))
    assert np.abs(first - second).mean() > 1
    assert np.abs(first - images_in(batches_of(colour_pixels, small_recipe, seed=6))).mean() > 1


def test_pass_shows_the_epoch_that_the_clock_says(colour_pixels, small_recipe):
    in_turn = batches_of(colour_pixels, small_recipe, seed=5)
    epochs = [images_in(in_turn) for _ in range(3)]
    clock = EpochClock()
    by_clock = batches_of(colour_pixels, small_recipe, seed=5, clock=clock)
    for epoch in (2, 0, 2):
        clock.epoch = epoch
        np.testing.assert_array_equal(images_in(by_clock), epochs[epoch])


@pytest.mark.parametrize(("balance", "of_each"), [("oversampling", 12), ("undersampling", 2)])
def test_balanced_epochs_have_a_length_that_keras_can_ask_for(colour_pixels, small_recipe, balance, of_each):
    pixels = uneven(colour_pixels)
    batches = batches_of(pixels, small_recipe, seed=5, balance=balance, batch_size=7)
    labels = labels_in(batches)
    assert labels.sum(axis=0).tolist() == [of_each] * 3
    assert len(batches) == -(-len(labels) // 7)


def test_class_weights_come_as_weights_of_the_images(colour_pixels, small_recipe):
    batches = batches_of(uneven(colour_pixels), small_recipe, seed=5, class_weight=WEIGHTS)
    for _, labels, weights in batches:
        assert weights.numpy().tolist() == [WEIGHTS[index] for index in labels.numpy().argmax(axis=1)]


def test_mixed_images_lose_by_each_of_their_classes_with_its_own_weight(colour_pixels, small_recipe):
    augmentation = replace(NO_AUGMENTATION, mixup=1.0)
    recipe = replace(small_recipe, augmentation=augmentation)
    plain, weighted = (
        batches_of(uneven(colour_pixels), recipe, seed=5, batch_size=16, class_weight=chosen)
        for chosen in (None, WEIGHTS)
    )
    probabilities = np.array([0.2, 0.5, 0.3], np.float32)
    factors = np.array([WEIGHTS[index] for index in range(3)])
    for (_, soft), (_, labels, weights) in zip(plain, weighted, strict=True):
        np.testing.assert_allclose(labels.numpy().sum(axis=1), 1, atol=1e-5)
        expected = -(soft.numpy() * factors * np.log(probabilities)).sum(axis=1)
        found = -(labels.numpy() * np.log(probabilities)).sum(axis=1) * weights.numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-5)
        assert soft.numpy().max(axis=1).min() < 0.99


def test_shuffled_every_training_image_comes_once_in_each_pass_with_its_own_label(colour_pixels, small_recipe):
    places = colour_pixels.places["train"]
    class_of = {colour_pixels.values[place].tobytes(): int(colour_pixels.classes[place]) for place in places}
    batches = batches_of(colour_pixels, replace(small_recipe, augmentation=NO_AUGMENTATION), seed=5, batch_size=7)
    orders = []
    for _ in range(2):
        found = list(batches)
        assert [len(labels) for _, labels in found] == [7, 7, 7, 3]
        images = [image.astype(np.uint8).tobytes() for image in images_in(found)]
        assert sorted(images) == sorted(class_of)
        assert [class_of[image] for image in images] == labels_in(found).argmax(axis=1).tolist()
        orders.append(images)
    assert orders[0] != orders[1]
