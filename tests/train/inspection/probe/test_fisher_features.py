"""Features that are learned from the images themselves."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from edgewright_train.inspection.probe.fisher_features import SIDE, FisherFeatures


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """As an inspection has it: the products are small."""
    with threadpool_limits(1, user_api="blas"):
        yield


@pytest.fixture(scope="module")
def images(photographs):
    return np.stack([np.asarray(image.resize((SIDE, SIDE))) for image in photographs[::8]])


@pytest.fixture(scope="module")
def features(images):
    made = FisherFeatures()
    made.learn(images)
    return made


def test_mirror_image_has_the_same_features(features, images):
    np.testing.assert_allclose(features.of(images[:2, :, ::-1]), features.of(images[:2]), atol=5e-3)


def test_images_may_come_in_any_batches(features, images):
    whole = features.of(images)
    np.testing.assert_allclose(np.concatenate([features.of(images[:5]), features.of(images[5:])]), whole, atol=1e-5)


def test_parts_of_one_photograph_are_nearer_to_each_other(features, images):
    vectors = features.of(images)
    alike = vectors @ vectors.T
    half = len(images) // 2
    within = (alike[:half, :half].sum() - np.trace(alike[:half, :half])) / (half * (half - 1))
    assert within > alike[:half, half:].mean()


def test_blank_images_are_described_too():
    made = FisherFeatures()
    blank = np.full((3, SIDE, SIDE, 3), 7, np.uint8)
    made.learn(blank)
    assert np.isfinite(made.of(blank)).all()
