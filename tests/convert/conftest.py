"""Small models that were made elsewhere, and the images of one run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from .tiny import classifier, images


@pytest.fixture(scope="session")
def imported_model() -> Callable[..., Any]:
    """A function that makes a small Keras model with batch normalisation, a depthwise layer and a residual sum."""

    def make(*, activation: str | None = "softmax", channels: int = 3, size: int | None = 32, classes: int = 10) -> Any:
        import keras

        keras.utils.set_random_seed(3)
        layers = keras.layers
        inputs = keras.Input((size, size, channels))
        x = layers.Conv2D(8, 3, strides=2, use_bias=False)(layers.ZeroPadding2D()(inputs))
        x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
        y = layers.BatchNormalization()(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x))
        x = layers.LeakyReLU()(layers.Add()([x, y]))
        x = layers.GlobalAveragePooling2D()(x)
        wide = keras.initializers.RandomNormal(stddev=2.0)
        return keras.Model(inputs, layers.Dense(classes, activation=activation, kernel_initializer=wide)(x))

    return make


@pytest.fixture
def digit_labels(tmp_path: Path) -> Path:
    """A labels.txt with the ten digits."""
    path = tmp_path / "digits.txt"
    path.write_text("".join(f"{digit}\n" for digit in range(10)))
    return path


@pytest.fixture(scope="session")
def few_digit_images(tmp_path_factory: pytest.TempPathFactory, digit_images: Path) -> Path:
    """Nine digits of each class: every held-out image is run through every INT8 candidate of a large network."""
    folder = tmp_path_factory.mktemp("few") / "digits"
    for image in (image for label in sorted(digit_images.iterdir()) for image in sorted(label.iterdir())[:9]):
        (folder / image.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(image, folder / image.parent.name)
    return folder


@pytest.fixture(scope="session")
def test_pixels(float_run: Path) -> NDArray[np.uint8]:
    """The pixels of the run's test split."""
    from edgewright_runtime.pixel_cache import cached_pixels
    from edgewright_runtime.preprocessing import Preprocessing
    from edgewright_runtime.run.splits import read_splits, rows_of

    contract = Preprocessing.load(float_run / "preprocessing.json")
    rows = rows_of(read_splits(float_run / "splits.csv"), "test")
    with cached_pixels(rows, contract, run_path=float_run) as pixels:
        return np.array(pixels)


@pytest.fixture(scope="session")
def reference_outputs(float_run: Path, test_pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What Keras itself answers to them."""
    import keras

    model = keras.saving.load_model(float_run / "model.keras", compile=False)
    return np.asarray(model.predict_on_batch(test_pixels.astype(np.float32)))


@pytest.fixture(scope="session")
def run_tflite() -> Callable[[bytes, NDArray[np.uint8]], NDArray[np.float32]]:
    """A function that runs a .tflite file as its own quantization parameters say, without Edgewright's runtime."""
    from ai_edge_litert.interpreter import Interpreter

    def run(data: bytes, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        interpreter = Interpreter(model_content=data)
        interpreter.allocate_tensors()
        (given,), (made,) = interpreter.get_input_details(), interpreter.get_output_details()
        answers = []
        for image in pixels:
            stored = image.astype(given["dtype"])
            if given["quantization"][0]:
                scale, zero_point = given["quantization"]
                stored = np.clip(np.rint(image / scale) + zero_point, 0, 255).astype(given["dtype"])
            interpreter.set_tensor(given["index"], stored[np.newaxis])
            interpreter.invoke()
            answer = interpreter.get_tensor(made["index"])[0].astype(np.float32)
            scale, zero_point = made["quantization"]
            answers.append((answer - zero_point) * scale if scale else answer)
        return np.array(answers)

    return run


@pytest.fixture(scope="session")
def tiny_model() -> Any:
    return classifier()


@pytest.fixture(scope="session")
def calibration() -> NDArray[np.uint8]:
    return images(64, seed=1)


@pytest.fixture(scope="session")
def held_out() -> NDArray[np.uint8]:
    return images(64, seed=2)
