"""Which phases a network goes through follows from what it starts from and from the recipe's epochs."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.fitting.phases import Fitted, balanced_weights, fit
from edgewright_train.fitting.supervising.supervision import Supervision
from edgewright_train.network.network import Network
from edgewright_train.recipes import Recipe

from ..tiny import tiny_network

pytestmark = pytest.mark.numeric


def fitted(network: Network, pixels, recipe: Recipe, *, from_scratch: bool = False) -> Fitted:
    return fit(network, pixels, recipe=recipe, from_scratch=from_scratch, seed=3, supervision=Supervision())


def phases_of(found: Fitted) -> list[tuple[str, int]]:
    return [(epoch.phase, epoch.epoch) for epoch in found.epochs]


def test_backbone_with_weights_gets_the_head_first_and_then_all_layers(colour_pixels, small_recipe):
    found = fitted(tiny_network(), colour_pixels, small_recipe.with_epochs(2, 1))
    assert phases_of(found) == [("head", 1), ("head", 2), ("fine_tune", 1)]
    assert found.seconds.keys() == {"head", "fine_tune"}


def test_backbone_without_weights_gets_one_phase_with_moving_averages_that_keep_up(colour_pixels, small_recipe):
    network = tiny_network()
    found = fitted(network, colour_pixels, small_recipe.with_epochs(5, 2), from_scratch=True)
    assert phases_of(found) == [("from_scratch", 1), ("from_scratch", 2)]
    assert found.seconds.keys() == {"from_scratch"}
    (norm,) = (layer for layer in network.backbone_layers if isinstance(layer, keras.layers.BatchNormalization))
    assert norm.momentum == 0.9


@pytest.mark.parametrize(("epochs", "phase"), [((1, 0), "head"), ((0, 1), "fine_tune")])
def test_phase_of_0_epochs_is_left_out(colour_pixels, small_recipe, epochs, phase):
    assert phases_of(fitted(tiny_network(), colour_pixels, small_recipe.with_epochs(*epochs))) == [(phase, 1)]


def test_recipe_without_an_epoch_is_refused_before_anything_is_trained(colour_pixels, small_recipe):
    network = tiny_network()
    before = network.model.get_weights()
    with pytest.raises(EdgewrightError, match="Both phases have 0 epochs"):
        fitted(network, colour_pixels, small_recipe.with_epochs(0, 0))
    for one, two in zip(before, network.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(("unfrozen", "stays"), [("all", False), (2, True)])
def test_fine_tuning_trains_as_many_layers_as_the_recipe_says(colour_pixels, small_recipe, unfrozen, stays):
    network, recipe = tiny_network(), small_recipe.with_epochs(0, 1)
    convolution = network.backbone_layers[0]
    before = convolution.get_weights()[0]
    fitted(network, colour_pixels, replace(recipe, fine_tune=replace(recipe.fine_tune, unfreeze_layers=unfrozen)))
    assert np.array_equal(before, convolution.get_weights()[0]) == stays


def test_fine_tuning_that_only_harms_leaves_what_the_head_phase_left(colour_pixels, small_recipe):
    kept = tiny_network()
    fitted(kept, colour_pixels, small_recipe.with_epochs(3, 0))
    harmed = tiny_network()  # only now: it sets the seed that the head's first weights come from
    recipe = small_recipe.with_epochs(3, 2)
    recipe = replace(recipe, fine_tune=replace(recipe.fine_tune, learning_rate=1.0))
    found = fitted(harmed, colour_pixels, recipe)
    head, tuning = found.epochs[:3], found.epochs[3:]
    assert min(epoch.val_loss for epoch in tuning) > min(epoch.val_loss for epoch in head)
    for one, two in zip(kept.model.get_weights(), harmed.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_class_weights_make_rare_classes_count_as_much(colour_pixels):
    places = {"train": np.array([0, 1, 2, 3, 12, 13, 24])}
    weights = balanced_weights(replace(colour_pixels, places=places), 3)
    assert weights == {0: pytest.approx(7 / 12), 1: pytest.approx(7 / 6), 2: pytest.approx(7 / 3)}


@pytest.mark.parametrize("from_scratch", [False, True])
def test_class_weights_reach_the_loss_where_the_recipe_has_them(colour_pixels, small_recipe, from_scratch):
    uneven = np.array([place for place in range(36) if place < 12 or place % 6 == 0])  # blue 12, green 2, red 2
    pixels = replace(colour_pixels, places={**colour_pixels.places, "train": uneven})
    recipe = small_recipe.with_epochs(0 if from_scratch else 1, 1 if from_scratch else 0)
    losses = [
        fitted(tiny_network(), pixels, replace(recipe, balance=wanted), from_scratch=from_scratch).epochs[0].loss
        for wanted in ("none", "class_weights")
    ]
    assert abs(losses[0] - losses[1]) > 0.01
