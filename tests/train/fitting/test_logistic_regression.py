"""The head in one step: what it finds, and that it answers as a dense layer of the network does."""

import keras
import numpy as np
import pytest

from edgewright_train.fitting.frozen.examples import Examples
from edgewright_train.fitting.logistic_regression import STRENGTHS, DenseLayer, regressions
from edgewright_train.fitting.losses import made_loss
from edgewright_train.fitting.supervising.best_epoch import best_of

from ..choices import CROSSENTROPY

pytestmark = pytest.mark.numeric


def loss_of(labels, probabilities, weights) -> float:
    return float(made_loss(CROSSENTROPY)(labels, probabilities, sample_weight=weights))


def examples(count: int, *, classes: int, seed: int, noise: float = 1.0) -> Examples:
    """Clouds around a middle for each class, on axes of very different length; the last axis is always the same."""
    random = np.random.default_rng(seed)
    truth = random.integers(classes, size=count)
    middles = np.random.default_rng(0).normal(size=(classes, 6)) * 3
    features = (middles[truth] + random.normal(size=(count, 6)) * noise) * np.array([1, 10, 100, 0.1, 0.01, 0])
    return Examples(features.astype(np.float32), np.eye(classes, dtype=np.float32)[truth], np.ones(count, np.float32))


def found(train: Examples, validation: Examples) -> list[tuple]:
    return list(regressions(train, validation, loss_of=loss_of))


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_classes_that_can_be_told_apart_are(classes):
    train, validation = (examples(200, classes=classes, seed=seed) for seed in (1, 2))
    epochs = [epoch for epoch, _ in found(train, validation)]
    assert best_of(epochs, "val_loss").val_accuracy > 0.9
    assert [epoch.epoch for epoch in epochs] == list(range(1, len(epochs) + 1))


def test_layer_answers_as_a_dense_layer_of_keras_with_its_weights():
    train, validation = (examples(60, classes=3, seed=seed) for seed in (1, 2))
    epoch, layer = found(train, validation)[0]
    assert isinstance(layer, DenseLayer)
    dense = keras.layers.Dense(3, activation="softmax")
    dense.build((None, 6))
    dense.set_weights([layer.kernel, layer.bias])
    answers = np.asarray(dense(validation.features))
    np.testing.assert_allclose(layer.probabilities(validation.features), answers, atol=1e-4)
    assert epoch.val_loss == pytest.approx(loss_of(validation.labels, answers, validation.weights), abs=1e-4)


def test_it_stops_behind_the_first_penalty_that_is_worse():
    train, validation = (examples(40, classes=3, seed=seed, noise=6.0) for seed in (1, 2))
    losses = [epoch.val_loss for epoch, _ in found(train, validation)]
    assert len(losses) < len(STRENGTHS)
    assert losses[:-1] == sorted(losses[:-1], reverse=True)
    assert losses[-1] > losses[-2]


def test_mixed_images_count_for_each_of_their_classes():
    plain, validation = (examples(60, classes=2, seed=seed) for seed in (1, 2))
    whole = found(plain, validation)[-1][1]
    # Every image once for each class, half and half, says nothing about either.
    even = Examples(plain.features, np.full((60, 2), 0.5, np.float32), plain.weights)
    nothing = found(even, validation)[0][1]
    np.testing.assert_allclose(nothing.probabilities(plain.features), 0.5, atol=0.01)
    assert np.abs(whole.probabilities(plain.features) - 0.5).mean() > 0.3


def test_images_of_more_weight_draw_the_layer_towards_their_class():
    train, validation = (examples(40, classes=3, seed=seed, noise=6.0) for seed in (1, 2))
    times = np.where(train.labels[:, 0] == 1, 9, 1).astype(np.float32)
    even, drawn = (
        found(Examples(train.features, train.labels, weights), validation)[0][1].probabilities(validation.features)
        for weights in (train.weights, times)
    )
    assert (drawn[:, 0] > even[:, 0]).all()
