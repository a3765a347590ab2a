"""Augmentation stays within the recipe's limits and can be repeated."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewright_train.data.augmentation import augment
from edgewright_train.recipes import Augmentation
from edgewright_train.recipes.augmentation import FILLS

from ..choices import NO_AUGMENTATION

pytestmark = pytest.mark.numeric

EVERYTHING = {
    "horizontal_flip": True,
    "vertical_flip": True,
    "rotation_degrees": 45.0,
    "zoom": 0.3,
    "shift": 0.2,
    "shear": 0.3,
    "brightness": 0.4,
    "brightness_factor": 0.3,
    "contrast": 0.5,
    "channel_shift": 0.2,
}


def images(count: int = 16, side: int = 24) -> np.ndarray:
    # A gradient to the right, another colour downwards: any move shows, and interpolation is exact.
    ramp = np.linspace(20, 220, side, dtype=np.float32)
    one = np.stack([np.tile(ramp, (side, 1)), np.tile(ramp[:, None], (1, side)), np.full((side, side), 90.0)], axis=-1)
    return np.tile(one[None], (count, 1, 1, 1)).astype(np.float32)


def changed(seed: int = 1, **choices: object) -> np.ndarray:
    seeds = tf.constant([seed, 2], tf.int64)
    return np.asarray(augment(tf.constant(images()), seeds, choices=replace(NO_AUGMENTATION, **choices)))


def test_nothing_chosen_changes_nothing():
    np.testing.assert_array_equal(changed(), images())


def test_values_stay_in_range_and_shape_and_type_stay():
    result = changed(**EVERYTHING)
    assert (result.shape, result.dtype) == (images().shape, np.float32)
    assert result.min() >= 0
    assert result.max() <= 255


SHARES = st.floats(0, 0.9)


@settings(max_examples=30, deadline=None)
@given(
    st.builds(
        Augmentation,
        horizontal_flip=st.booleans(),
        vertical_flip=st.booleans(),
        rotation_degrees=st.floats(0, 180),
        zoom=SHARES,
        shift=SHARES,
        shear=SHARES,
        fill=st.sampled_from(FILLS),
        brightness=SHARES,
        brightness_factor=SHARES,
        contrast=SHARES,
        channel_shift=SHARES,
        mixup=st.just(0.0),
        cutmix=st.just(0.0),
    ),
    st.integers(0, 2**31),
)
def test_whatever_is_chosen_values_stay_in_range_and_can_be_repeated(choices, seed):
    original, seeds = tf.constant(images(3)), tf.constant([seed, 2], tf.int64)
    one, two = (np.asarray(augment(original, seeds, choices=choices)) for _ in range(2))
    assert (one.shape, one.dtype) == (original.shape, np.float32)
    assert one.min() >= 0
    assert one.max() <= 255
    np.testing.assert_array_equal(one, two)


def test_the_same_seed_makes_the_same_changes_and_another_seed_others():
    np.testing.assert_array_equal(changed(3, **EVERYTHING), changed(3, **EVERYTHING))
    assert np.abs(changed(3, **EVERYTHING) - changed(4, **EVERYTHING)).mean() > 1


def test_images_of_one_batch_are_changed_differently():
    result = changed(**EVERYTHING)
    assert np.abs(result[0] - result[1]).mean() > 1


@pytest.mark.parametrize(("choice", "axis"), [("horizontal_flip", 1), ("vertical_flip", 0)])
def test_a_flip_mirrors_about_half_of_the_images_exactly(choice, axis):
    result, original = changed(**{choice: True}), images()[0]
    mirrored = np.flip(original, axis=axis)
    as_is = [np.allclose(one, original, atol=0.01) for one in result]
    flipped = [np.allclose(one, mirrored, atol=0.01) for one in result]
    assert all(a != b for a, b in zip(as_is, flipped, strict=True))
    assert 2 <= sum(flipped) <= 14


def test_without_flips_left_stays_left():
    result = changed(rotation_degrees=20.0, zoom=0.2, shift=0.1, brightness=0.2, contrast=0.2)
    assert (result[:, :, 18:, 0].mean(axis=(1, 2)) > result[:, :, :6, 0].mean(axis=(1, 2))).all()


def test_rotation_stays_within_its_degrees():
    result = changed(rotation_degrees=30.0)
    down = np.diff(result[:, 8:16, 8:16, 0], axis=1).mean(axis=(1, 2))
    right = np.diff(result[:, 8:16, 8:16, 0], axis=2).mean(axis=(1, 2))
    degrees = np.degrees(np.arctan2(down, right))
    assert np.abs(degrees).max() <= 30.5
    assert np.abs(degrees).max() > 10


def test_zoom_stays_within_its_fraction_around_the_middle():
    result = changed(zoom=0.2)
    slope = np.diff(result[:, 8:16, 8:16, 0], axis=2).mean(axis=(1, 2)) / (200 / 23)
    assert slope.min() >= 0.79
    assert slope.max() <= 1.21
    np.testing.assert_allclose(result[:, 11:13, 11:13, :2].mean(axis=(1, 2)), 120, atol=0.5)


def test_shift_stays_within_its_fraction():
    moved = (changed(shift=0.1)[:, 11:13, 11:13, 0].mean(axis=(1, 2)) - 120) / (200 / 23)
    assert np.abs(moved).max() <= 0.1 * 24 + 0.01
    assert np.abs(moved).max() > 0.5


def test_brightness_moves_all_pixels_alike_and_contrast_keeps_the_mean():
    lighter = changed(brightness=0.05) - images()
    assert lighter.std(axis=(1, 2, 3)).max() < 0.01
    assert np.abs(lighter).max() <= 0.05 * 255 + 0.01
    np.testing.assert_allclose(changed(contrast=0.1).mean(axis=(1, 2)), images().mean(axis=(1, 2)), atol=0.1)


def test_shear_leans_columns_by_at_most_its_tangent_and_leaves_rows_as_they_are():
    result = changed(shear=0.3)
    right, down = (np.diff(result[:, 8:16, 8:16, 0], axis=axis).mean(axis=(1, 2)) for axis in (2, 1))
    lean = down / right
    assert np.abs(lean).max() <= 0.305
    assert np.abs(lean).max() > 0.1
    np.testing.assert_allclose(result[:, 8:16, 8:16, 1], images()[:, 8:16, 8:16, 1], atol=0.01)


@pytest.mark.parametrize(("fill", "beyond"), [("constant", 0), ("nearest", 20), ("reflect", 110)])
def test_beyond_the_edge_lies_what_the_recipe_says(fill, beyond):
    # Of the ramp from 20 at the left to 220: half a side further left the mirrored image has its middle.
    result = changed(shift=0.5, fill=fill)[:, 12, 0, 0]
    furthest = result[(changed(shift=0.5, fill="constant")[:, 12, 0, 0] == 0)]
    assert len(furthest) > 2
    if fill == "reflect":
        assert 20 < furthest.max() <= beyond + 20
    else:
        np.testing.assert_allclose(furthest, beyond, atol=0.01)


def test_brightness_factor_multiplies_by_at_most_its_fraction():
    factors = changed(brightness_factor=0.15) / images()
    assert np.ptp(factors, axis=(1, 2, 3)).max() < 1e-4
    assert factors.min() >= 0.85
    assert factors.max() <= 1.15
    assert np.ptp(factors) > 0.1


def test_channel_shift_moves_each_channel_by_itself():
    moved = changed(channel_shift=0.05) - images()
    assert np.ptp(moved, axis=(1, 2)).max() < 1e-3
    by_channel = moved.mean(axis=(1, 2))
    assert np.abs(by_channel).max() <= 0.05 * 255 + 0.01
    assert np.ptp(by_channel, axis=1).min() > 0.01
