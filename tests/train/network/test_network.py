"""The network takes raw pixels, and freezes what each phase says."""

import keras
import numpy as np
import pytest

from edgewright_runtime.preprocessing import Preprocessing
from edgewright_train.network import StartingWeights, backbone_named, starting_weights
from edgewright_train.network.network import build_network, freeze_for_fine_tuning, prepare_for_scratch

from ...tolerances import DEEP, ONE_OPERATION, PROBABILITY_SUM, assert_close

pytestmark = pytest.mark.numeric

ROW = backbone_named("mobilenet_v2")
CONTRACT = Preprocessing(32, 32)


@pytest.fixture
def network():
    return build_network(ROW, StartingWeights("none", 0.35), contract=CONTRACT, classes=4, dropout=0.5)


def norms(network):
    return [layer for layer in network.model.layers if isinstance(layer, keras.layers.BatchNormalization)]


def test_output_is_float32_probabilities(network):
    pixels = np.random.default_rng(0).uniform(0, 255, (5, 32, 32, 3)).astype(np.float32)
    probabilities = np.asarray(network.model(pixels, training=False))
    assert probabilities.shape == (5, 4)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=PROBABILITY_SUM)


def test_raw_pixels_are_scaled_to_minus_1_to_1_inside_the_graph(network, backbone_weights):
    weights = starting_weights(str(backbone_weights), backbone=ROW, alpha="auto", size=32)
    ours = build_network(ROW, weights, contract=CONTRACT, classes=4, dropout=0.0)
    plain = keras.applications.MobileNetV2(
        input_shape=(32, 32, 3), include_top=False, alpha=0.35, weights=str(backbone_weights), pooling="avg"
    )
    scaling = keras.Model(ours.model.inputs[0], ours.model.get_layer("normalisation").output)
    pixels = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 3)).astype(np.float32)
    scaled = np.asarray(scaling(pixels, training=False))
    # Apart, as 53 layers magnify what one rounding of a scaled pixel changes.
    assert_close(scaled, pixels.astype(np.float64) / 127.5 - 1, ONE_OPERATION)
    expected = np.asarray(plain(scaled, training=False))
    assert_close(ours.features(pixels, training=False), expected, DEEP)


def test_graph_is_flat_so_that_every_layer_can_be_reached(network):
    names = [layer.name for layer in network.model.layers]
    assert names[:3] == ["pixels", "normalisation", "Conv1"]
    assert names[-3:] == ["pooling", "dropout", "probabilities"]
    assert not any(isinstance(layer, keras.Model) for layer in network.model.layers)


def test_fine_tuning_freezes_every_batch_norm(network):
    freeze_for_fine_tuning(network, "all")
    assert not any(layer.trainable for layer in norms(network))
    assert network.model.get_layer("Conv1").trainable
    pixels = np.random.default_rng(2).uniform(0, 255, (8, 32, 32, 3)).astype(np.float32)
    before = [np.asarray(weight) for layer in norms(network) for weight in layer.weights]
    network.model(pixels, training=True)
    for one, two in zip(before, [w for layer in norms(network) for w in layer.weights], strict=True):
        np.testing.assert_array_equal(one, np.asarray(two))


def test_fine_tuning_unfreezes_the_topmost_layers_only(network):
    freeze_for_fine_tuning(network, 12)
    trainable = [layer.name for layer in network.backbone_layers if layer.trainable]
    assert "Conv_1" in trainable
    assert len(trainable) <= 12
    assert not network.model.get_layer("Conv1").trainable
    freeze_for_fine_tuning(network, 0)
    assert not any(layer.trainable for layer in network.backbone_layers)
    assert network.head.trainable


def test_from_scratch_everything_learns_and_moving_averages_keep_up(network):
    freeze_for_fine_tuning(network, 0)
    prepare_for_scratch(network)
    assert all(layer.trainable for layer in network.backbone_layers)
    assert {layer.momentum for layer in norms(network)} == {0.9}


@pytest.mark.parametrize("size", [32, 33, 100])
def test_any_size_builds(size):
    contract = Preprocessing(size, size)
    network = build_network(ROW, StartingWeights("none", 0.35), contract=contract, classes=2, dropout=0.0)
    assert network.model.input_shape == (None, size, size, 3)
