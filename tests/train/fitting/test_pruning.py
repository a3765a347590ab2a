"""Weights become zero along the schedule, stay zero, and the weights that are kept are those of a sparse epoch."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from edgewright_train.fitting.full_phase import train_all
from edgewright_train.fitting.learning_task import LearningTask
from edgewright_train.fitting.pruning import ramp_epochs, sparsity_at
from edgewright_train.fitting.supervising.checkpoint import CheckpointFolder
from edgewright_train.fitting.supervising.epoch import Epoch
from edgewright_train.fitting.supervising.supervision import Supervision
from edgewright_train.network.sparsity import prunable, sparsity_of
from edgewright_train.recipes import Pruning

from ..tiny import tiny_network

HALF = Pruning(sparsity=0.5, ramp=0.5)


def test_sparsity_rises_fast_at_first_and_arrives_at_the_end_of_the_ramp():
    found = [sparsity_at(HALF, done, ramp=4) for done in (0, 1, 2, 3, 4, 9)]
    assert found == pytest.approx([0, 0.2890625, 0.4375, 0.4921875, 0.5, 0.5])
    assert sparsity_at(HALF, 0, ramp=0) == 0.5


@pytest.mark.parametrize(("ramp", "epochs", "found"), [(0.5, 8, 4), (1.0, 8, 7), (0.5, 1, 0), (0.0, 8, 0)])
def test_an_epoch_at_least_is_left_to_train_what_remains(ramp, epochs, found):
    assert ramp_epochs(Pruning(0.5, ramp), epochs) == found


def pruned(recipe, *, epochs=4, sparsity=0.5):
    phase = replace(recipe.fine_tune, epochs=epochs, learning_rate=0.05, early_stopping_patience=1)
    return replace(recipe, fine_tune=phase, pruning=Pruning(sparsity, 0.5))


def trained(network, pixels, recipe, **options):
    task = LearningTask(pixels, recipe, seed=2)
    return train_all(network, task, name="fine_tune", phase=recipe.fine_tune, **options)


def test_dense_kernel_is_sparse_at_the_end_and_the_first_convolution_is_not(colour_pixels, small_recipe):
    network = tiny_network()
    trained(network, colour_pixels, pruned(small_recipe))
    found = {kind.name: (kind.weights, kind.zeros) for kind in sparsity_of(network.model).kinds}
    assert found == {"first convolution": (162, 0), "dense layers": (18, 9)}


def test_dense_weights_from_before_are_no_candidate_and_patience_begins_when_all_is_pruned(colour_pixels, small_recipe):
    network = tiny_network()
    perfect = Epoch("head", 1, 0.0, 1.0, -1.0, 1.0, 0.01, 1.0)  # that no epoch beats
    epochs = trained(network, colour_pixels, pruned(small_recipe), start=perfect)
    assert len(epochs) >= 3
    assert (np.asarray(network.head[-1].kernel) == 0).sum() == 9


class Stopping(Supervision):
    """A supervision that is interrupted after its second epoch."""

    def keep(self, epoch, checkpoint):
        super().keep(epoch, checkpoint)
        if epoch.epoch == 2:
            raise KeyboardInterrupt


def test_an_interrupted_pruning_ends_as_one_that_was_not(colour_pixels, small_recipe, tmp_path):
    recipe = pruned(small_recipe, epochs=5)
    recipe = replace(recipe, fine_tune=replace(recipe.fine_tune, early_stopping_patience=5))
    whole, parts = tiny_network(), tiny_network()
    trained(whole, colour_pixels, recipe)
    with pytest.raises(KeyboardInterrupt):
        trained(parts, colour_pixels, recipe, supervision=Stopping(folder=CheckpointFolder(tmp_path)))
    parts = tiny_network(seed=2)
    unfinished = CheckpointFolder(tmp_path).load()
    trained(parts, colour_pixels, recipe, supervision=Supervision(unfinished=unfinished))
    for one, two in zip(whole.model.get_weights(), parts.model.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-3, atol=1e-5)
    zero, same = (np.asarray(each.head[-1].kernel) == 0 for each in (whole, parts))
    np.testing.assert_array_equal(zero, same)


def test_kinds_of_layers_are_told_apart_and_frozen_ones_are_left_alone():
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3),
            layers.DepthwiseConv2D(3),
            layers.Conv2D(8, 1),
            layers.Conv2D(8, 3),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2),
        ]
    )
    assert [layer.name for layer in prunable(model)] == [model.layers[place].name for place in (2, 3, 5)]
    model.layers[2].trainable = False
    assert len(prunable(model)) == 2
    assert [kind.name for kind in sparsity_of(model).kinds] == [
        "first convolution", "depthwise convolutions", "pointwise convolutions", "other convolutions", "dense layers",
    ]  # fmt: skip


def test_zeros_make_the_weights_smaller_once_they_are_compressed():
    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(256, use_bias=False)])
    dense = sparsity_of(model)
    assert dense.gzip_bytes == dense.dense_gzip_bytes
    kernel = np.asarray(model.layers[0].kernel).copy()
    kernel[::4] = 0.0
    kernel[1::4] = 0.0
    model.layers[0].kernel.assign(kernel)
    sparse = sparsity_of(model)
    assert sparse.kinds[0].zeros == kernel.size // 2
    assert sparse.gzip_bytes < 0.7 * dense.gzip_bytes
    assert sparse.dense_gzip_bytes == pytest.approx(dense.gzip_bytes, rel=0.03)
