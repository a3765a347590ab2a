"""Probabilities of images that a regression has not seen."""

import numpy as np

from edgewright_train.inspection.folds import fold_numbers
from edgewright_train.inspection.probe.probabilities import held_out_probabilities


def two_clouds(wrong=0):
    generator = np.random.default_rng(2)
    truth = np.arange(120) % 2
    points = (generator.normal(size=(120, 5)) + 1.5 * truth[:, None]).astype(np.float32)
    given = truth.copy()
    given[:wrong] = 1 - given[:wrong]
    return points, truth, given, fold_numbers(given, range(120))


def test_each_image_has_probabilities_that_add_to_one():
    points, truth, given, folds = two_clouds()
    found = held_out_probabilities(points, given, folds)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)
    assert (found.argmax(axis=1) == truth).mean() > 0.9


def test_doubtful_labels_are_not_learned_from():
    points, truth, given, folds = two_clouds(wrong=24)
    plain = held_out_probabilities(points, given, folds)
    known = np.arange(120) < 24
    cleaned = held_out_probabilities(points, given, folds, lambda _: known)
    own = np.arange(120)
    assert cleaned[own, truth].mean() > plain[own, truth].mean() + 0.05


def test_class_of_doubtful_labels_alone_is_kept():
    points, _, given, folds = two_clouds()
    found = held_out_probabilities(points, given, folds, lambda _: given == 1)
    assert found[:, 1].max() > 0.5
