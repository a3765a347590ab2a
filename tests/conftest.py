"""What several test modules stand on: real images, and one small trained and converted run folder per session."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from .processors.litert_kernels import follow_environment

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "Agg")
follow_environment()
settings.register_profile("edgewright", deadline=None)  # a busy machine is not a fault
settings.load_profile("edgewright")

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
PER_CLASS = 30
LOGITS = 12.0
"""How far the logit of the right class is above the others, on the training images."""


def pytest_collection_finish() -> None:
    """Takes what was imported out of the garbage collector's sight.

    Conversions collect garbage dozens of times; with the libraries of all tests in one process each took half a second.
    """
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what needs a GPU where there is none, with the reason."""
    if item.get_closest_marker("gpu") is not None:
        from edgewright_runtime.backends.nvidia.cuda import why_no_gpu

        reason = why_no_gpu()
        if reason is not None:
            pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real photographs and weights beside the checkout."""
    if not (SHARED / "data").is_dir():
        pytest.skip("no shared/ folder with real photographs beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def digit_images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 handwritten digits as PNG files, in one folder per class."""
    from PIL import Image
    from sklearn.datasets import load_digits

    folder = tmp_path_factory.mktemp("digits")
    digits = load_digits()
    for label in range(10):
        (folder / str(label)).mkdir()
        for number, pixels in enumerate(digits.images[digits.target == label][:PER_CLASS]):
            Image.fromarray((pixels * 255 / 16).astype(np.uint8)).save(folder / str(label) / f"{number:04}.png")
    return folder


@pytest.fixture(scope="session")
def float_run(tmp_path_factory: pytest.TempPathFactory, digit_images: Path) -> Path:
    """A run folder with a small convolutional network that knows the digits; nothing is converted yet.

    Its convolutions are random and its last layer is a least-squares fit, which has one solution. Twelve epochs of
    training would amplify the last bit in which two processors differ into another model on each of them.
    """
    import keras

    from edgewright_runtime.dataset import read_dataset, split_dataset
    from edgewright_runtime.pixel_cache import cached_pixels
    from edgewright_runtime.preprocessing import Preprocessing
    from edgewright_runtime.run.labels import write_labels
    from edgewright_runtime.run.manifest import add_artefacts, describe
    from edgewright_runtime.run.run_folder import RunFolder
    from edgewright_runtime.run.splits import rows_of, write_splits

    run = RunFolder(tmp_path_factory.mktemp("run") / "float")
    run.path.mkdir()
    dataset = read_dataset(digit_images)
    rows = split_dataset(dataset, seed=1)
    contract = Preprocessing(32, 32)
    write_labels(run.labels, dataset.labels)
    write_splits(run.splits, rows)
    contract.save(run.preprocessing)
    keras.utils.set_random_seed(1)
    layers = keras.layers
    inputs = keras.Input((32, 32, 3), name="pixels")
    x = layers.Rescaling(1 / 127.5, -1)(inputs)
    norms = []
    for name, filters in (("re_lu", 12), ("re_lu_1", 24), ("re_lu_2", 24)):
        x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        norms.append(layers.BatchNormalization(momentum=0.0))
        x = layers.ReLU(6.0, name=name)(norms[-1](x))
    features = keras.Model(inputs, layers.Flatten()(x))
    head = layers.Dense(10, activation="softmax", name="probabilities")
    model = keras.Model(inputs, head(features.output))
    train = rows_of(rows, "train")
    with cached_pixels(train, contract, run_path=run.path) as pixels:
        images = np.asarray(pixels, np.float32)
    _settle(norms, features, images)
    truth = np.array([dataset.labels.index(row.label) for row in train])
    head.set_weights(_fitted_head(np.asarray(features(images)), truth))
    model.save(run.model)
    model.export(run.saved_model, verbose=False)
    files = [run.model, *(file for file in run.saved_model.rglob("*") if file.is_file())]
    add_artefacts(
        run.path,
        {
            file.relative_to(run.path).as_posix(): describe(file, stage="train", options={}, versions={})
            for file in files
        },
    )
    return run.path


def _settle(norms: list[Any], features: Any, images: NDArray[np.float32]) -> None:
    """Gives batch normalisation the statistics of the images, and channels of unlike size, as in trained networks.

    They stay far below the 6 at which ReLU6 stops, so that equalisation has something to make larger.
    """
    draw = np.random.default_rng(2)
    for norm in norms:
        size = norm.gamma.shape[0]
        spread = np.exp(draw.normal(-1.5, 0.7, size))
        norm.set_weights([spread, spread * draw.normal(0, 0.5, size), np.zeros(size), np.ones(size)])
    features(images, training=True)
    for norm in norms:
        norm.momentum = 0.99


def _fitted_head(features: NDArray[np.float32], truth: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    """Kernel and bias of ridge regression from features to classes, as logits that make softmax sure of its answers."""
    mean = features.mean(axis=0, dtype=np.float64)
    centred = features - mean
    covariance = centred.T @ centred
    ridge = 0.01 * np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    kernel = LOGITS * np.linalg.solve(covariance + ridge, centred.T @ (np.eye(10)[truth] - 0.1))
    return [kernel, -mean @ kernel]


@pytest.fixture(scope="session")
def converted_run(tmp_path_factory: pytest.TempPathFactory, float_run: Path) -> Path:
    """The same run folder with every format that this machine can make. Read only: copy it to change it."""
    from edgewright_convert.options import ConvertOptions
    from edgewright_convert.pipeline import convert_run
    from edgewright_convert.targets import DEFAULT_FORMATS
    from edgewright_runtime.run.run_folder import RunFolder

    path = tmp_path_factory.mktemp("converted") / "run"
    shutil.copytree(float_run, path)
    outcomes = convert_run(RunFolder(path), DEFAULT_FORMATS, ConvertOptions())
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    assert not failed, failed
    return path


@pytest.fixture
def run_copy(tmp_path: Path, converted_run: Path) -> Path:
    """A copy of the converted run folder that a test may spoil."""
    path = tmp_path / "run"
    shutil.copytree(converted_run, path)
    return path
