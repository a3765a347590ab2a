"""Batches bring every image with its own label; augmentation and shuffling follow from the seed alone."""

from dataclasses import replace

import numpy as np
import pytest

from edgewright_train.data.batches import plain_batches, training_batches
from edgewright_train.data.pixels import Pixels
from edgewright_train.recipes import Augmentation, Recipe

pytestmark = pytest.mark.numeric

NOTHING = Augmentation(
    horizontal_flip=False, vertical_flip=False, rotation_degrees=0, zoom=0, shift=0, brightness=0, contrast=0
)


def batches_of(pixels: Pixels, recipe: Recipe, *, seed: int, shuffle: bool = True, batch_size: int = 8):
    return training_batches(
        pixels, batch_size=batch_size, augmentation=recipe.augmentation, classes=3, seed=seed, shuffle=shuffle
    )


def images_in(batches) -> np.ndarray:
    return np.concatenate([np.asarray(images) for images, _ in batches])


def labels_in(batches) -> np.ndarray:
    return np.concatenate([np.asarray(labels) for _, labels in batches])


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


def test_views_keep_the_order_of_the_split(colour_pixels, small_recipe):
    recipe = replace(small_recipe, augmentation=NOTHING)
    images = images_in(batches_of(colour_pixels, recipe, seed=5, shuffle=False))
    np.testing.assert_array_equal(images, colour_pixels.values[colour_pixels.places["train"]])


def test_shuffled_every_training_image_comes_once_in_each_pass_with_its_own_label(colour_pixels, small_recipe):
    places = colour_pixels.places["train"]
    class_of = {colour_pixels.values[place].tobytes(): int(colour_pixels.classes[place]) for place in places}
    batches = batches_of(colour_pixels, replace(small_recipe, augmentation=NOTHING), seed=5, batch_size=7)
    orders = []
    for _ in range(2):
        found = list(batches)
        assert [len(labels) for _, labels in found] == [7, 7, 7, 3]
        images = [image.astype(np.uint8).tobytes() for image in images_in(found)]
        assert sorted(images) == sorted(class_of)
        assert [class_of[image] for image in images] == labels_in(found).argmax(axis=1).tolist()
        orders.append(images)
    assert orders[0] != orders[1]
