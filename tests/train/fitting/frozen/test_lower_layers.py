"""Trained from what the frozen layers gave once, a network learns what it learns from the same views as a whole."""

import contextlib
import math
from dataclasses import replace

import keras
import numpy as np
import pytest

from edgewright_runtime.console import Silent
from edgewright_train.data.batches import plain_batches, training_batches
from edgewright_train.fitting.frozen.computed_examples import compiled, computed_examples
from edgewright_train.fitting.frozen.lower_layers import LowerLayers, lower_layers
from edgewright_train.fitting.full_phase import train_all
from edgewright_train.fitting.head_phase import train_head
from edgewright_train.fitting.learning_task import LearningTask
from edgewright_train.fitting.phases import fit
from edgewright_train.fitting.precision import computing
from edgewright_train.fitting.supervising.checkpoint import CheckpointFolder
from edgewright_train.fitting.supervising.interruption import TrainingInterrupted
from edgewright_train.fitting.supervising.supervision import Supervision
from edgewright_train.network.cut import Cut
from edgewright_train.network.network import freeze_for_fine_tuning

from ....tolerances import FLOAT16_STEP, logarithm_error
from ...tiny import residual_network
from ..supervising.test_supervision import Interrupting

pytestmark = pytest.mark.numeric

WEIGHTS = {0: 0.5, 1: 1.0, 2: 2.0}


@pytest.fixture
def recipe(small_recipe):
    """Five epochs of two views, mixed, by SGD: the steps of Adam say nothing of how large gradients are."""
    recipe = small_recipe.with_epochs(3, 5)
    phase = replace(recipe.fine_tune, views=2, unfreeze_layers=3, learning_rate=0.02, early_stopping_patience=5)
    return replace(
        recipe,
        fine_tune=phase,
        head_phase=replace(recipe.head_phase, views=2),
        optimizer=replace(recipe.optimizer, name="sgd", momentum=0.9, weight_decay=0.0),
        augmentation=replace(recipe.augmentation, mixup=0.4, cutmix=1.0),
    )


def frozen_network():
    network = residual_network()
    freeze_for_fine_tuning(network, 3)
    return network


def of(network, pixels, recipe):
    return lower_layers(network, LearningTask(pixels, recipe, WEIGHTS, seed=5), reporter=Silent())


@contextlib.contextmanager
def whole(network, pixels, recipe):
    """The same views as pixels, as if the network were cut in front of its first layer."""
    same = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Identity()])
    views = training_batches(
        pixels, batch_size=8, augmentation=recipe.augmentation, classes=3, seed=5, class_weight=WEIGHTS,
        balance=recipe.balance,
    )  # fmt: skip
    plain = plain_batches(pixels, "val", batch_size=8, classes=3)
    with (
        computed_examples(compiled(same), views, images=24, views=2, reporter=Silent(), what="views") as train,
        computed_examples(compiled(same), plain, images=6, reporter=Silent(), what="validation") as validation,
    ):
        cut = Cut(lower=same, upper=network.model, features=network.features, layers=0, frozen_share=0.0)
        yield LowerLayers(cut, 2, train, validation)


def trained(make_lower, pixels, recipe):
    network = frozen_network()
    before = network.model.get_weights()
    with make_lower(network, pixels, recipe) as lower:
        task = LearningTask(pixels, recipe, WEIGHTS, seed=6)
        epochs = train_all(network, task, name="fine_tune", phase=recipe.fine_tune, lower=lower)
    return before, network.model.get_weights(), epochs


def test_the_same_views_give_the_weights_that_the_whole_network_learns(colour_pixels, recipe):
    before, wanted, in_whole = trained(whole, colour_pixels, recipe)
    _, found, epochs = trained(of, colour_pixels, recipe)
    assert len(epochs) == 5
    for first, one, two in zip(before, found, wanted, strict=True):
        moved = np.abs(two - first).max(initial=0)
        # What the layers below give is rounded to float16; each of 15 steps adds that much of itself.
        assert np.abs(one - two).max(initial=0) <= 15 * FLOAT16_STEP * moved + 1e-6
    assert [epoch.loss for epoch in epochs] == pytest.approx([epoch.loss for epoch in in_whole], rel=0.01)
    assert max(np.abs(two - first).max(initial=0) for first, two in zip(before, wanted, strict=True)) > 1e-3


def test_head_is_trained_on_the_features_of_the_same_views(colour_pixels, recipe):
    network = frozen_network()
    with of(network, colour_pixels, recipe) as lower:
        result = train_head(network, LearningTask(colour_pixels, recipe, WEIGHTS, seed=5), lower=lower)
    places = colour_pixels.places["val"]
    probabilities = np.asarray(network.model(colour_pixels.values[places].astype(np.float32), training=False))
    smoothing = recipe.loss.label_smoothing
    truth = np.eye(3)[colour_pixels.classes[places]] * (1 - smoothing) + smoothing / 3
    loss = -(truth * np.log(probabilities)).sum(axis=1).mean()
    assert result.best.val_loss == pytest.approx(loss, abs=logarithm_error(probabilities, FLOAT16_STEP))


@pytest.mark.parametrize("at", ["head 2/", "fine tune 4/"])
def test_interrupted_and_gone_on_with_it_ends_as_without(colour_pixels, recipe, tmp_path, at):
    def fitted(supervision):
        network = residual_network()
        found = fit(network, colour_pixels, recipe=recipe, from_scratch=False, seed=3, supervision=supervision)
        supervision.end()
        return network.model.get_weights(), [replace(epoch, seconds=0.0) for epoch in found.epochs]

    wanted, history = fitted(Supervision())
    folder = CheckpointFolder(tmp_path)
    with pytest.raises(TrainingInterrupted):
        fitted(Supervision(Interrupting(at), folder=folder))
    weights, found = fitted(Supervision(folder=folder, unfinished=folder.load()))
    assert found == history
    for one, two in zip(weights, wanted, strict=True):
        np.testing.assert_array_equal(one, two)


def test_half_precision_trains_from_them_too(colour_pixels, recipe):
    with computing(mixed=True):
        network = residual_network()
    recipe = replace(recipe, optimizer=replace(recipe.optimizer, mixed_precision=True))
    found = fit(network, colour_pixels, recipe=recipe, from_scratch=False, seed=3, supervision=Supervision())
    assert [epoch.phase for epoch in found.epochs].count("fine_tune") == 5
    assert all(math.isfinite(epoch.loss) for epoch in found.epochs)
