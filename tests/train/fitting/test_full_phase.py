"""A phase trains what is not frozen, and leaves the best weights that it has seen."""

from dataclasses import replace

import numpy as np
import pytest

from edgewright_train.fitting.full_phase import train_all
from edgewright_train.fitting.learning_task import LearningTask
from edgewright_train.fitting.supervising.epoch import Epoch
from edgewright_train.fitting.supervising.supervision import Supervision
from edgewright_train.network.network import Network, freeze_for_fine_tuning

from ...listening import Listening
from ...tolerances import SHALLOW, logarithm_error
from ..tiny import tiny_network

pytestmark = pytest.mark.numeric


def trained(network: Network, pixels, recipe, *, epochs: int = 3, rate: float = 0.01, **options):
    phase = replace(recipe.fine_tune, epochs=epochs, learning_rate=rate, early_stopping_patience=epochs)
    return train_all(network, LearningTask(pixels, recipe, seed=2), name="fine_tune", phase=phase, **options)


def test_network_keeps_the_weights_of_the_epoch_with_the_best_validation_loss(colour_pixels, small_recipe):
    network = tiny_network()
    epochs = trained(network, colour_pixels, small_recipe, epochs=4, rate=0.3)
    assert [(epoch.phase, epoch.epoch) for epoch in epochs] == [("fine_tune", number) for number in (1, 2, 3, 4)]
    places = colour_pixels.places["val"]
    probabilities = np.asarray(network.model(colour_pixels.values[places].astype(np.float32), training=False))
    smoothing = small_recipe.loss.label_smoothing
    truth = np.eye(3)[colour_pixels.classes[places]] * (1 - smoothing) + smoothing / 3
    loss = -(truth * np.log(probabilities)).sum(axis=1).mean()
    best = min(epoch.val_loss for epoch in epochs)
    assert loss == pytest.approx(best, abs=logarithm_error(probabilities, SHALLOW))


def test_weights_that_no_epoch_beats_stay(colour_pixels, small_recipe):
    network = tiny_network()
    before = network.model.get_weights()
    start = Epoch("head", 1, 0.0, 1.0, -1.0, 1.0, 0.01, 1.0)
    trained(network, colour_pixels, small_recipe, epochs=1, start=start)
    for one, two in zip(before, network.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_frozen_layers_stay_and_the_others_learn(colour_pixels, small_recipe):
    network = tiny_network()
    freeze_for_fine_tuning(network, 2)  # of convolution, batch normalisation and activation the upper two
    before = [layer.get_weights() for layer in (*network.backbone_layers[:2], network.head[-1])]
    trained(network, colour_pixels, small_recipe, epochs=1)
    after = [layer.get_weights() for layer in (*network.backbone_layers[:2], network.head[-1])]
    same = [all(map(np.array_equal, one, two)) for one, two in zip(before, after, strict=True)]
    assert same == [True, True, False]


def test_the_same_seed_gives_the_same_history(colour_pixels, small_recipe):
    one, two = (trained(tiny_network(), colour_pixels, small_recipe, epochs=2) for _ in range(2))
    assert [(epoch.loss, epoch.val_loss) for epoch in one] == [(epoch.loss, epoch.val_loss) for epoch in two]


def test_what_is_trained_is_told(colour_pixels, small_recipe):
    network, listening = tiny_network(), Listening()
    freeze_for_fine_tuning(network, 0)
    trained(network, colour_pixels, small_recipe, epochs=1, supervision=Supervision(listening))
    assert listening.lines[0].startswith("Training 1 layers for up to 1 epoch(s)")
    assert any(line.startswith("fine tune 1/1: loss ") for line in listening.lines)


def test_lower_layers_move_less_where_rates_fall_from_block_to_block(colour_pixels, small_recipe):
    optimizer = replace(small_recipe.optimizer, name="sgd", momentum=0.0)
    moved = []
    for decay in (1.0, 0.1):
        network = tiny_network()
        network = replace(network, blocks=((), *network.blocks))  # the convolution is in the second block
        before = network.backbone_layers[0].get_weights()[0], network.head[-1].get_weights()[0]
        phase = replace(small_recipe.fine_tune, layer_decay=decay)
        trained(
            network, colour_pixels, replace(small_recipe, fine_tune=phase, optimizer=optimizer), epochs=1, rate=1e-3
        )
        after = network.backbone_layers[0].get_weights()[0], network.head[-1].get_weights()[0]
        moved.append([np.abs(two - one).max() for one, two in zip(before, after, strict=True)])
    assert moved[1][0] < moved[0][0] / 3
    assert moved[1][1] > moved[0][1] / 3


def test_rate_of_each_epoch_is_in_the_history(colour_pixels, small_recipe):
    phase = replace(small_recipe.fine_tune, schedule="exponential", decay=0.5, plateau_patience=0)
    epochs = trained(tiny_network(), colour_pixels, replace(small_recipe, fine_tune=phase), epochs=3, rate=0.01)
    assert [epoch.learning_rate for epoch in epochs] == pytest.approx([0.01, 0.005, 0.0025])


def test_images_are_mixed_and_balanced_in_this_phase_too(colour_pixels, small_recipe):
    mixing = replace(small_recipe, augmentation=replace(small_recipe.augmentation, cutmix=1.0))
    turns = replace(small_recipe, balance="balanced_sampling")
    losses = {trained(tiny_network(), colour_pixels, each, epochs=1)[0].loss for each in (small_recipe, mixing, turns)}
    assert len(losses) == 3
