"""Small real data sets, real weights files and small real trainings, made once per session."""

import os

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgewright_runtime.dataset import read_dataset, split_dataset
from edgewright_train.data.pixels import Pixels, decoded
from edgewright_train.recipes import Recipe, load_recipe

from ..painted import paint

SIZE = 32


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """36 images of three classes. Read only."""
    return paint(tmp_path_factory.mktemp("colours"))


@pytest.fixture(scope="session")
def small_recipe() -> Recipe:
    """The recipe banana-tuned cut down to seconds: 32 pixels, a narrow backbone, one view."""
    recipe = replace(load_recipe("banana-tuned").with_epochs(40, 0), input_size=SIZE, alpha=0.35, batch_size=8)
    phase = replace(recipe.head_phase, learning_rate=0.01, views=1, early_stopping_patience=40)
    return replace(recipe, head_phase=phase)


@pytest.fixture(scope="session")
def small_cnn_recipe(small_recipe: Recipe) -> Recipe:
    """The same with a small_cnn, for tests of what is around a training: it is built and saved in half the time."""
    return replace(small_recipe, backbone="small_cnn", alpha=0.5)


@pytest.fixture(scope="session")
def colour_pixels(colours: Path, small_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pixels]:
    """The images of `colours` at 32 pixels: 24 of the train split, 6 of each other. Read only."""
    dataset = read_dataset(colours)
    rows = split_dataset(dataset, seed=1)
    contract = small_recipe.preprocessing()
    with decoded(rows, labels=dataset.labels, contract=contract, out=tmp_path_factory.mktemp("out")) as found:
        yield found


@pytest.fixture(scope="session")
def backbone_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Keras 3 weights file of a MobileNetV2 of alpha 0.35."""
    import keras

    keras.utils.set_random_seed(7)
    model = keras.applications.MobileNetV2(input_shape=(32, 32, 3), include_top=False, alpha=0.35, weights=None)
    return _saved_weights(model, tmp_path_factory.mktemp("weights") / "mobilenet.weights.h5")


@pytest.fixture(scope="session")
def small_cnn_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of a small_cnn of alpha 0.5, with which two phases of training take half as long."""
    import keras

    from edgewright_train.network import backbone_named
    from edgewright_train.network.network import backbone_model

    keras.utils.set_random_seed(7)
    model = backbone_model(backbone_named("small_cnn"), keras.Input((32, 32, 3)), alpha=0.5)
    return _saved_weights(model, tmp_path_factory.mktemp("weights") / "small_cnn.weights.h5")


def _saved_weights(model: Any, path: Path) -> Path:
    """The file of a backbone that takes colours from -1 to 1: random kernels, but moving averages that fit them.

    Without those the features of different images are all but the same.
    """
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    colours = np.random.default_rng(0).uniform(-1, 1, (64, 1, 1, 3))
    noise = np.random.default_rng(1).normal(0, 0.3, (64, 32, 32, 3))
    model(np.clip(colours + noise, -1, 1).astype(np.float32), training=True)
    model.save_weights(path)
    return path


@pytest.fixture(scope="session")
def head_run(
    tmp_path_factory: pytest.TempPathFactory, colours: Path, small_recipe: Recipe, backbone_weights: Path
) -> Path:
    """A run folder whose head alone was trained. Read only."""
    from edgewright_train.options import TrainOptions
    from edgewright_train.pipeline import train_run

    out = tmp_path_factory.mktemp("runs") / "head"
    train_run(colours, out, TrainOptions(small_recipe, weights=str(backbone_weights), seed=4))
    return out


@pytest.fixture(scope="session")
def scratch_run(tmp_path_factory: pytest.TempPathFactory, colours: Path, small_cnn_recipe: Recipe) -> Path:
    """A run folder of a small_cnn that was trained from scratch for two epochs. Read only."""
    from edgewright_train.options import TrainOptions
    from edgewright_train.pipeline import train_run

    out = tmp_path_factory.mktemp("runs") / "scratch"
    train_run(colours, out, TrainOptions(small_cnn_recipe.with_epochs(0, 2), weights="none", seed=4))
    return out
