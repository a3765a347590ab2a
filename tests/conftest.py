"""What several test modules stand on: real images, and one small trained and converted run folder per session."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "Agg")

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
PER_CLASS = 30


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what needs a GPU where there is none, with the reason."""
    if item.get_closest_marker("gpu") is not None:
        from edgewright_runtime.backends.cuda import why_no_gpu

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
    """A run folder with a small convolutional network that knows the digits; nothing is converted yet."""
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
    for filters in (12, 24, 24):
        x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.8)(x)
        x = layers.ReLU(6.0)(x)
    x = layers.Flatten()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax", name="probabilities")(x))
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    train = rows_of(rows, "train")
    with cached_pixels(train, contract, run_path=run.path) as pixels:
        truth = np.array([dataset.labels.index(row.label) for row in train])
        model.fit(np.asarray(pixels, np.float32), truth, epochs=12, batch_size=32, verbose=0)
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


@pytest.fixture(scope="session")
def converted_run(tmp_path_factory: pytest.TempPathFactory, float_run: Path) -> Path:
    """The same run folder with every format that this machine can make. Read only: copy it to change it."""
    from edgewright_convert.options import ConvertOptions
    from edgewright_convert.pipeline import convert_run
    from edgewright_runtime.run.run_folder import RunFolder

    path = tmp_path_factory.mktemp("converted") / "run"
    shutil.copytree(float_run, path)
    formats = ("tflite-fp32", "tflite-fp16", "tflite-dynamic", "tflite-int8", "onnx-fp32", "onnx-fp16", "onnx-int8")
    outcomes = convert_run(RunFolder(path), formats, ConvertOptions())
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    assert not failed, failed
    return path


@pytest.fixture
def run_copy(tmp_path: Path, converted_run: Path) -> Path:
    """A copy of the converted run folder that a test may spoil."""
    path = tmp_path / "run"
    shutil.copytree(converted_run, path)
    return path
