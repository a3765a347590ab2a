"""The network takes raw pixels, and freezes what each phase says."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_train.network import StartingWeights, backbone_named, starting_weights
from edgewright_train.network.network import (
    backbone_model,
    blocks_of,
    build_network,
    freeze_for_fine_tuning,
    prepare_for_scratch,
)

from ...tolerances import DEEP, ONE_OPERATION, PROBABILITY_SUM, assert_close
from ..tiny import PLAIN_HEAD

pytestmark = pytest.mark.numeric

ROW = backbone_named("mobilenet_v2")


def built(row=ROW, weights=None, *, size=32, activation="auto", head=PLAIN_HEAD):
    contract = Preprocessing(size, size, normalisation=row.normalisation)
    start = weights or StartingWeights("none", row.alphas[0])
    return build_network(row, start, contract=contract, classes=4, head=head, activation=activation)


@pytest.fixture
def network():
    return built()


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
    ours = built(weights=weights)
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
    assert all(layer.trainable for layer in network.head)


def test_from_scratch_everything_learns_and_moving_averages_keep_up(network):
    freeze_for_fine_tuning(network, 0)
    prepare_for_scratch(network)
    assert all(layer.trainable for layer in network.backbone_layers)
    assert {layer.momentum for layer in norms(network)} == {0.9}


@pytest.mark.parametrize("size", [32, 33, 100])
def test_any_size_builds(size):
    assert built(size=size).model.input_shape == (None, size, size, 3)


@pytest.mark.parametrize(("side", "left"), [(32, 1), (33, 2), (96, 3)])
def test_feature_maps_of_a_mobile_network_are_a_thirty_second_of_the_side_rounded_up(side, left):
    assert backbone_model(ROW, keras.Input((side, side, 3)), alpha=0.35).output_shape == (None, left, left, 1280)


# Built in a second each; the others are built by tests/e2e/test_backbones.py.
QUICK = ("mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "efficientnet_v2_b0", "resnet50", "small_cnn")


@pytest.mark.parametrize("name", QUICK)
def test_graph_normalises_pixels_once_and_as_the_contract_says(name):
    row = backbone_named(name)
    network = built(row)
    normalising = [
        layer
        for layer in network.model.layers
        if isinstance(layer, (keras.layers.Rescaling, keras.layers.Normalization))
    ]
    first = next(layer for layer in network.model.layers if layer in network.backbone_layers)
    assert network.model.layers.index(first) == 1 + len(normalising)
    seen = keras.Model(network.model.inputs[0], first.input)
    pixels = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    expected = pixels.astype(np.float64) * row.normalisation.scale + row.normalisation.offset
    np.testing.assert_allclose(np.asarray(seen(pixels)), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", QUICK)
def test_blocks_hold_every_layer_with_weights_once_from_the_top_down(name):
    network = built(backbone_named(name))
    flat = [layer.name for block in reversed(network.blocks) for layer in block]
    assert sorted(flat) == sorted(layer.name for layer in network.backbone_layers if layer.weights)
    assert len(network.blocks) > 5
    assert network.blocks[-1][0] is next(layer for layer in network.backbone_layers if layer.weights)


def test_blocks_of_mobilenet_are_its_bottlenecks_with_what_comes_before_and_behind(network):
    names = [[layer.name for layer in block] for block in network.blocks]
    assert names[0] == ["Conv_1", "Conv_1_bn"]
    assert names[1][0] == "block_16_expand"
    assert names[-2][0] == "expanded_conv_depthwise"
    assert names[-1] == ["Conv1", "bn_Conv1"]
    assert len(names) == 19


def test_layers_none_of_which_is_in_a_block_are_one_block(network):
    weighted = tuple(layer for layer in network.backbone_layers if layer.weights)
    assert blocks_of(weighted, "^no such name (.)$") == (weighted,)


AT_MINUS_1 = {"auto": 0.0, "relu": 0.0, "leaky_relu": -0.2, "elu": -0.6321, "gelu": -0.1588, "swish": -0.2689}


@pytest.mark.parametrize(("activation", "at_minus_1"), AT_MINUS_1.items())
def test_small_network_has_the_activation_that_was_asked_for(activation, at_minus_1):
    network = built(backbone_named("small_cnn"), activation=activation)
    found = [layer for layer in network.backbone_layers if isinstance(layer, keras.layers.Activation)]
    assert len(found) == 6
    for layer in found:
        assert float(np.asarray(layer(np.float32([[-1.0]])))[0, 0]) == pytest.approx(at_minus_1, abs=1e-3)


def test_channels_of_the_small_network_follow_its_width():
    for alpha in backbone_named("small_cnn").alphas:
        model = backbone_model(backbone_named("small_cnn"), keras.Input((32, 32, 3)), alpha=alpha)
        assert model.output_shape == (None, 4, 4, int(128 * alpha))


def test_resnet_answers_to_red_first_as_kerass_answers_to_blue_first(tmp_path):
    keras.utils.set_random_seed(4)
    row = backbone_named("resnet50")
    plain = keras.applications.ResNet50(input_shape=(32, 32, 3), include_top=False, weights=None, pooling="avg")
    plain.save_weights(tmp_path / "w.weights.h5")
    ours = built(row, starting_weights(str(tmp_path / "w.weights.h5"), backbone=row, alpha="auto", size=32))
    pixels = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    expected = plain(keras.applications.resnet50.preprocess_input(pixels.copy()), training=False)
    assert np.abs(np.asarray(ours.features(pixels[..., ::-1], training=False)) - expected).max() > 0.01
    assert_close(ours.features(pixels, training=False), np.asarray(expected), DEEP)


def with_statistics(model, mean, variance):
    layer = next(layer for layer in model.layers if isinstance(layer, keras.layers.Normalization))
    layer.adapt_mean.assign(mean)
    layer.adapt_variance.assign(variance)
    layer.finalize_state()


def test_efficientnet_normalises_once_though_published_files_hold_deviations_for_variances(tmp_path):
    keras.utils.set_random_seed(4)
    row, mean, deviation = backbone_named("efficientnet_b0"), [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    plain = keras.applications.EfficientNetB0(input_shape=(32, 32, 3), include_top=False, weights=None, pooling="avg")
    with_statistics(plain, mean, deviation)  # as in the file that Keras publishes
    plain.save_weights(tmp_path / "w.weights.h5")
    with_statistics(plain, mean, np.square(deviation))  # as Keras computes with its third layer
    ours = built(row, starting_weights(str(tmp_path / "w.weights.h5"), backbone=row, alpha="auto", size=32))
    pixels = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    assert_close(ours.features(pixels, training=False), np.asarray(plain(pixels, training=False)), DEEP)


def test_efficientnet_that_was_trained_without_imagenets_statistics_is_refused(tmp_path):
    row = backbone_named("efficientnet_b0")
    plain = keras.applications.EfficientNetB0(input_shape=(32, 32, 3), include_top=False, weights=None)
    plain.save_weights(tmp_path / "w.weights.h5")
    weights = starting_weights(str(tmp_path / "w.weights.h5"), backbone=row, alpha="auto", size=32)
    with pytest.raises(EdgewrightError, match=r"normalised by the means \[0\.0, 0\.0, 0\.0\], not by ImageNet's"):
        built(row, weights)


def test_head_of_the_recipe_stands_behind_the_backbone():
    network = built(head=replace(PLAIN_HEAD, pooling="both", layers=(7,)))
    assert network.features.output_shape == (None, 2 * 1280)
    assert [layer.name for layer in network.model.layers[-3:]] == ["dense_1", "dense_1_activation", "probabilities"]
    assert network.classes == 4
