"""A network is cut where one tensor parts what is frozen from what is trained."""

import numpy as np
import pytest

from edgewright_train.network import backbone_named, starting_weights
from edgewright_train.network.cut import cut_below_trained
from edgewright_train.network.network import build_network, freeze_for_fine_tuning

from ...tolerances import DEEP, assert_probabilities_close
from ..tiny import PLAIN_HEAD, residual_network, tiny_network

pytestmark = pytest.mark.numeric


@pytest.mark.parametrize(
    ("unfrozen", "last_below"),
    # The topmost two are BatchNorm, which stays frozen, and ReLU.
    [(3, "sum"), (2, "top_relu"), (0, "top_relu"), (5, "sum"), (6, "stem_norm"), (7, "stem_norm")],
)
def test_cut_is_as_near_below_the_first_trained_layer_as_a_residual_connection_leaves_it(unfrozen, last_below):
    network = residual_network()
    freeze_for_fine_tuning(network, unfrozen)
    cut = cut_below_trained(network)
    names = [layer.name for layer in cut.lower.layers]
    assert names[-1] == last_below


def test_nothing_is_cut_where_nothing_below_is_frozen():
    network = residual_network()
    freeze_for_fine_tuning(network, "all")
    assert cut_below_trained(network) is None


def test_batch_norm_that_learns_is_above_the_cut():
    network = tiny_network()
    for layer in network.backbone_layers:
        layer.trainable = layer.name == "norm"
    assert cut_below_trained(network).lower.layers[-1].name == "convolution"


def test_parts_share_the_layers_of_the_whole_and_its_arithmetic():
    rng = np.random.default_rng(0)
    network = residual_network()
    freeze_for_fine_tuning(network, 3)
    cut = cut_below_trained(network)
    pixels = rng.uniform(0, 255, (4, 32, 32, 3)).astype(np.float32)
    assert cut.shape == (8, 8, 8)
    assert cut.layers == 4
    frozen, whole = 8 * 8 * (27 * 8 + 72 * 8), 4 * 4 * 72 * 16 + 16 * 3
    assert cut.frozen_share == pytest.approx(frozen / (frozen + whole))
    network.head[-1].set_weights([rng.normal(0, 1, (16, 3)), np.zeros(3)])
    assert_probabilities_close(cut.upper(cut.lower(pixels)), network.model(pixels))
    np.testing.assert_allclose(cut.features(cut.lower(pixels)), network.features(pixels), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("name", "unfrozen"), [("mobilenet_v2", 64), ("mobilenet_v3_small", 40), ("small_cnn", 6)])
def test_networks_with_sums_and_products_between_their_layers_are_cut_too(small_recipe, name, unfrozen):
    row = backbone_named(name)
    start = starting_weights("none", backbone=row, alpha="auto", size=32)
    contract = small_recipe.preprocessing()
    network = build_network(row, start, contract=contract, classes=3, head=PLAIN_HEAD)
    freeze_for_fine_tuning(network, unfrozen)
    cut = cut_below_trained(network)
    assert 0.1 < cut.frozen_share < 1
    pixels = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype(np.float32)
    assert_probabilities_close(cut.upper(cut.lower(pixels)), network.model(pixels), DEEP)
