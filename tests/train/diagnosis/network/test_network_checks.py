"""Faults of a network and its recipe, planted in one that is trained in a second, are found and named."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import keras
import numpy as np
import pytest

from edgewright_train.data.pixels import Pixels
from edgewright_train.diagnosis import Finding
from edgewright_train.diagnosis.network import (
    augmentation,
    batch_norm,
    features,
    frozen,
    gradients,
    loss_form,
    one_batch,
    rates,
)
from edgewright_train.diagnosis.network.normalisation import normalisation_of
from edgewright_train.diagnosis.network.seen import NetworkSeen
from edgewright_train.network.network import Network
from edgewright_train.recipes import Recipe

from ...choices import ADAM, CROSSENTROPY, NO_AUGMENTATION
from ...tiny import tiny_network

NAMES = ("blue", "green", "red")
Look = Callable[[NetworkSeen], Iterator[Finding]]


@pytest.fixture
def recipe(small_recipe: Recipe) -> Recipe:
    phase = replace(small_recipe.head_phase, learning_rate=0.03, solver="gradient", epochs=40)
    return replace(
        small_recipe, head_phase=phase, optimizer=ADAM, loss=CROSSENTROPY, augmentation=NO_AUGMENTATION, batch_size=8
    )


def settled(network: Network, pixels: Pixels) -> Network:
    """The network with the moving averages of these pixels, as if it had been trained on them."""
    norm = network.backbone_layers[1]
    norm.momentum = 0.0
    network.model(np.asarray(pixels.values, np.float32), training=True)
    return network


@pytest.fixture
def subject(recipe: Recipe, colour_pixels: Pixels) -> NetworkSeen:
    network = settled(tiny_network(), colour_pixels)
    paths = [f"{number}.png" for number in range(len(colour_pixels.values))]
    return NetworkSeen(network, recipe, False, colour_pixels, NAMES, paths)


def codes(look: Look, seen: NetworkSeen) -> list[str]:
    return [each.code for each in look(seen)]


def with_phase(seen: NetworkSeen, **changes: object) -> NetworkSeen:
    return replace(seen, recipe=replace(seen.recipe, head_phase=replace(seen.recipe.head_phase, **changes)))


ALL: tuple[Look, ...] = (
    features.dead_features,
    gradients.exploding_gradients,
    loss_form.loss_of_recipe,
    augmentation.augmentation_changes_labels,
    batch_norm.batch_norm,
    rates.learning_rate,
    one_batch.one_batch,
)


@pytest.mark.parametrize("look", ALL, ids=lambda look: look.__name__)
def test_sound_network_needs_no_word(subject, look):
    assert codes(look, subject) == []


def test_rate_times_1000_is_too_high(subject):
    assert codes(rates.learning_rate, with_phase(subject, learning_rate=30.0)) == ["learning_rate_too_high"]


def test_rate_by_a_million_is_too_low_and_the_suggestion_is_not(subject):
    low = with_phase(subject, learning_rate=3e-8)
    assert codes(rates.learning_rate, low) == ["learning_rate_too_low"]
    (test,) = rates.range_tests(subject)
    assert 1e-3 < test.suggested < 1
    assert codes(rates.learning_rate, with_phase(subject, learning_rate=test.suggested)) == []


def test_fine_tuning_that_leads_down_keeps_its_rate(subject):
    fine_tune = replace(subject.recipe.fine_tune, epochs=1, learning_rate=1e-3)
    (_, test) = rates.range_tests(replace(subject, recipe=replace(subject.recipe, fine_tune=fine_tune)))
    assert [each.rate for each in test.tried] == [1e-3]
    assert test.suggested == 1e-3


def test_rates_are_tried_without_changing_a_weight(subject):
    before = subject.network.model.get_weights()
    rates.range_tests(subject)
    one_batch.one_batch(subject)
    for one, two in zip(before, subject.network.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_features_that_are_all_alike_are_dead(subject):
    kernel = subject.network.backbone_layers[0]
    kernel.set_weights([np.zeros_like(kernel.get_weights()[0])])
    assert codes(features.dead_features, subject) == ["dead_features"]


def test_features_that_are_no_numbers_are_told(subject):
    kernel = subject.network.backbone_layers[0]
    kernel.set_weights([np.full_like(kernel.get_weights()[0], np.nan)])
    assert codes(features.dead_features, subject) == ["dead_features"]


def test_frozen_head_is_found(subject):
    assert codes(frozen.frozen_head, subject) == []
    for layer in subject.network.head:
        layer.trainable = False
    assert codes(frozen.frozen_head, subject) == ["frozen_head"]


def test_gradients_of_enormous_features_explode(subject):
    norm = subject.network.backbone_layers[1]
    gamma, *others = norm.get_weights()
    norm.set_weights([gamma * 1e4, *others])
    assert codes(gradients.exploding_gradients, subject) == ["exploding_gradients"]


def test_head_that_is_held_back_cannot_learn_one_batch(subject):
    held = keras.layers.Dense(3, activation="softmax", kernel_regularizer=keras.regularizers.L2(10.0))
    seen = replace(subject, network=replace(subject.network, head=(held,)))
    assert codes(one_batch.one_batch, seen) == ["cannot_overfit_one_batch"]


def test_averages_of_a_few_steps_are_stale():
    norm = keras.layers.BatchNormalization(name="norm")
    (finding,) = batch_norm.stale_averages([norm], 10)
    assert (finding.code, "90%" in finding.evidence) == ("batch_norm", True)
    assert list(batch_norm.stale_averages([norm], 1000)) == []


def halves(turned: bool = False) -> Pixels:
    """60 images, dark on the left, on the right, or on neither side."""
    classes = np.arange(60) % 3
    values = np.full((60, 32, 32, 3), 200, np.uint8)
    values[classes == 0, :, :16] = 40
    values[classes == 1, :, 16:] = 40
    values = np.clip(values + np.random.default_rng(0).normal(0, 25, values.shape), 0, 255).astype(np.uint8)
    places = {"train": np.arange(30), "val": np.arange(30, 45), "test": np.arange(45, 60)}
    return Pixels(np.swapaxes(values, 1, 2).copy() if turned else values, classes, places)


@pytest.mark.parametrize("turned", [False, True])
def test_flip_that_turns_one_class_into_another_is_found_and_the_other_flip_is_not(recipe, turned):
    flips = replace(NO_AUGMENTATION, horizontal_flip=True, vertical_flip=True)
    seen = NetworkSeen(tiny_network(), replace(recipe, augmentation=flips), True, halves(turned), NAMES, [])
    (finding,) = augmentation.augmentation_changes_labels(seen)
    assert finding.code == "augmentation_changes_labels"
    assert ("vertical_flip" if turned else "horizontal_flip") in finding.what


@pytest.mark.parametrize(
    ("loss", "fits"),
    [
        (keras.losses.CategoricalCrossentropy(), True),
        (keras.losses.CategoricalFocalCrossentropy(), True),
        (keras.losses.MeanSquaredError(), True),
        (keras.losses.SparseCategoricalCrossentropy(), False),
        (keras.losses.CosineSimilarity(axis=0), True),
        (lambda labels, said: -keras.losses.categorical_crossentropy(labels, said), False),
    ],
    ids=["crossentropy", "focal", "squared error", "of class indices", "similarity", "turned round"],
)
def test_loss_must_take_one_hot_labels_and_prefer_the_right_answer(loss, fits):
    assert [each.code for each in loss_form.loss_form(loss, 4, "Do.")] == ([] if fits else ["labels_against_loss"])


def test_pixels_in_another_range_than_the_weights_expect_are_found(colour_pixels):
    images = np.asarray(colour_pixels.values, np.float32)
    model = settled(tiny_network(), colour_pixels).model
    assert list(normalisation_of(model, images)) == []
    scaling = next(layer for layer in model.layers if isinstance(layer, keras.layers.Rescaling))
    scaling.scale, scaling.offset = 1 / 255, 0.0
    (finding,) = normalisation_of(model, images)
    assert finding.code == "normalisation"
    assert "expect pixels as -1 to 1" in finding.what
