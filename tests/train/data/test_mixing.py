"""Mixed images have labels that say how much of which class is seen."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from edgewright_train.data.mixing import mix

from ..choices import NO_AUGMENTATION

pytestmark = pytest.mark.numeric

CLASSES, SIDE = 4, 20
ALPHAS = st.sampled_from([0.0, 1e-6, 0.01, 0.2, 1.0, 8.0])


def batch(count: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Plain images, each of the value 10 times its class, so that a mean says what was mixed; and their labels."""
    classes = np.arange(count) % CLASSES
    images = np.broadcast_to((classes * 10.0)[:, None, None, None], (count, SIDE, SIDE, 3))
    return images.astype(np.float32), np.eye(CLASSES, dtype=np.float32)[classes]


def mixed(seed: int = 1, count: int = 8, **choices: float) -> tuple[np.ndarray, np.ndarray]:
    images, labels = batch(count)
    seeds = tf.constant([seed, 5], tf.int64)
    found = mix(tf.constant(images), tf.constant(labels), seeds, choices=replace(NO_AUGMENTATION, **choices))
    return np.asarray(found[0]), np.asarray(found[1])


def test_nothing_chosen_mixes_nothing():
    for found, original in zip(mixed(), batch(), strict=True):
        np.testing.assert_array_equal(found, original)


@settings(max_examples=40, deadline=None)
@given(ALPHAS, ALPHAS, st.integers(0, 2**31), st.integers(1, 9))
def test_labels_keep_their_sum_and_say_what_the_image_is_made_of(mixup, cutmix, seed, count):
    images, labels = mixed(seed, count, mixup=mixup, cutmix=cutmix)
    assert (images.shape, images.dtype) == ((count, SIDE, SIDE, 3), np.float32)
    assert labels.min() >= 0
    np.testing.assert_allclose(labels.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(images.mean(axis=(1, 2, 3)), labels @ np.arange(CLASSES) * 10, atol=1e-3)


def test_mixup_blends_every_pixel_alike_and_each_image_by_its_own_share():
    images, labels = mixed(mixup=1.0)
    assert np.ptp(images, axis=(1, 2, 3)).max() < 1e-4
    assert len(np.unique(labels.max(axis=1).round(3))) > 3


def test_cutmix_leaves_each_pixel_to_one_image_and_covers_one_rectangle():
    images, _ = mixed(cutmix=1.0, count=16)
    assert set(np.unique(images)) <= {0.0, 10.0, 20.0, 30.0}
    covered = images[..., 0] != batch(16)[0][..., 0]
    assert covered.any(axis=(1, 2)).sum() >= 4
    for one in covered:
        rows, columns = one.any(axis=1), one.any(axis=0)
        np.testing.assert_array_equal(one, rows[:, None] & columns[None])  # a rectangle
        for line in (rows, columns):
            assert np.abs(np.diff(line.astype(int))).sum() <= 2  # without a gap


def test_with_both_each_batch_gets_the_one_or_the_other():
    blended = [np.ptp(mixed(seed, mixup=1.0, cutmix=1.0)[0], axis=(1, 2, 3)).max() < 1e-4 for seed in range(20)]
    assert 2 <= sum(blended) <= 18


def test_shares_are_those_of_the_beta_distribution():
    # Of 4 classes the partner has another one in about 3 of 4 images; with Beta(1, 1) all shares are as likely.
    _, labels = mixed(count=4000, mixup=1.0)
    shares = labels.max(axis=1)[labels.max(axis=1) < 1]
    assert 0.65 < len(shares) / 4000 < 0.85
    assert np.quantile(shares, 0.5) == pytest.approx(0.75, abs=0.03)  # the larger of a share and its rest
    _, few = mixed(count=4000, mixup=0.01)
    assert (few.max(axis=1) > 0.99).mean() > 0.9


def test_the_same_seed_mixes_in_the_same_way():
    for choices in ({"mixup": 0.4}, {"cutmix": 1.0}, {"mixup": 0.4, "cutmix": 1.0}):
        for one, two in zip(mixed(3, **choices), mixed(3, **choices), strict=True):
            np.testing.assert_array_equal(one, two)
        assert not np.array_equal(mixed(3, **choices)[0], mixed(4, **choices)[0])
