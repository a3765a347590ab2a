"""Main directions, learned from the first points and used on all."""

import numpy as np

from edgewright_train.inspection.principal import LEARNED_FROM, principal_points


def points(count, width=6):
    generator = np.random.default_rng(0)
    mixed = generator.normal(size=(count, width)) @ generator.normal(size=(width, width))
    return mixed.astype(np.float32)


def test_strongest_direction_comes_first():
    spread = principal_points([points(300)], most=6).std(axis=0)
    assert (np.diff(spread) <= 1e-5).all()
    assert spread[0] > 1.5 * spread[-1]


def test_distances_of_standardised_points_are_kept():
    values = points(100)
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    found = principal_points([values], most=6)
    np.testing.assert_allclose(
        np.linalg.norm(found[3] - found[4]), np.linalg.norm(scaled[3] - scaled[4]), rtol=1e-3, atol=1e-3
    )


def test_points_after_the_first_are_turned_alike():
    values = points(LEARNED_FROM + 50)
    one = principal_points([values], most=3)
    many = principal_points((values[start : start + 64] for start in range(0, len(values), 64)), most=3)
    assert many.shape == one.shape == (len(values), 3)
    first = principal_points([values[:LEARNED_FROM]], most=3)
    np.testing.assert_allclose(many[:LEARNED_FROM], first, atol=1e-3)


def test_fewer_points_than_directions_give_fewer():
    assert principal_points([points(4, width=40)], most=16).shape[1] <= 4


def test_no_points_are_none():
    assert principal_points([], most=16).shape == (0, 0)


def test_constant_feature_says_nothing():
    values = points(100)
    values[:, 2] = 7
    assert np.isfinite(principal_points([values], most=6)).all()
