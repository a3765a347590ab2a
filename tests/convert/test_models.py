"""Architectures other than our own, made elsewhere, through every converter, on real images of digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgewright_convert.importing.model_import import Declaration, import_model
from edgewright_convert.onnx.checks import run_onnx
from edgewright_convert.options import ConvertOptions
from edgewright_convert.pipeline import convert_run
from edgewright_runtime.optional_imports import is_absent
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.normalisations import normalisation_named
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import read_splits, rows_of

from ..tolerances import (
    DEEP,
    INT8_PROBABILITY,
    INT8_STEP,
    SHALLOW,
    UINT8_STEP,
    assert_probabilities_close,
    probability_errors,
)

pytestmark = pytest.mark.numeric

FORMATS = ("tflite-fp32", "tflite-int8", "onnx-fp32", "onnx-int8")
ENGINES = () if is_absent("tensorrt-rtx") else ("tensorrt-rtx-fp16", "tensorrt-rtx-int8")
# "fast" because correcting weights takes minutes for a ResNet50; asked here is whether the converters take the model.
OPTIONS = ConvertOptions(representative_size=32, int8_effort="fast")
# Without the search for layers to keep in float, which costs most: it is made here of MobileNetV2 at 96 pixels and of
# MobileNetV3Small, and by `make test-backbones` of every backbone.
WITHOUT_SEARCH = replace(OPTIONS, keep_float=0)
IMAGES = 12


def with_head(backbone: Any, *, activation: str | None = "softmax") -> Any:
    """The backbone with ten classes whose probabilities differ from image to image although nothing was trained."""
    import keras

    x = keras.layers.GlobalAveragePooling2D()(backbone.output)
    wide = keras.initializers.RandomNormal(stddev=3 / x.shape[-1] ** 0.5)
    return keras.Model(backbone.input, keras.layers.Dense(10, activation=activation, kernel_initializer=wide)(x))


def application(name: str, size: int, **options: Any) -> Callable[[], Any]:
    def build() -> Any:
        import keras

        make = getattr(keras.applications, name)
        return with_head(make(input_shape=(size, size, 3), include_top=False, weights=None, **options))

    return build


def leaky_and_elu() -> Any:
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(12, 3, strides=2, padding="same"),
            layers.LeakyReLU(0.2),
            layers.BatchNormalization(),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="elu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(10, activation="softmax", kernel_initializer=keras.initializers.RandomNormal(stddev=0.5)),
        ]
    )


def small(*, channels: int = 3, activation: str | None = "softmax") -> Callable[[], Any]:
    def build() -> Any:
        import keras

        layers = keras.layers
        inputs = keras.Input((32, 32, channels))
        x = layers.Conv2D(12, 3, strides=2, padding="same", activation="relu")(inputs)
        x = layers.SeparableConv2D(16, 3, strides=2, padding="same", activation="swish")(x)
        return with_head(keras.Model(inputs, layers.BatchNormalization()(x)), activation=activation)

    return build


def subclassed() -> Any:
    import keras

    class Classifier(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.convolution = keras.layers.Conv2D(12, 3, strides=2, padding="same", activation="relu")
            self.norm = keras.layers.BatchNormalization()
            self.pool = keras.layers.GlobalAveragePooling2D()
            wide = keras.initializers.RandomNormal(stddev=0.5)
            self.head = keras.layers.Dense(10, activation="softmax", kernel_initializer=wide)

        def call(self, pixels: Any, training: bool = False) -> Any:
            x = self.norm(self.convolution(pixels), training=training)
            return self.head(self.pool(keras.ops.concatenate([x, keras.ops.multiply(x, x)], axis=-1)))

    model = Classifier()
    model(np.zeros((1, 32, 32, 3), np.float32))
    return model


@dataclass(frozen=True)
class Case:
    """A model, and what it wants of pixels.

    Attributes:
        input_shape: where the model does not know its own.
        options: of the conversion.
        refused: the operator that TFLite has no INT8 kernel for.
        int8_difference: how far INT8 may be from it, in the mean over all probabilities; None for deep networks that
            were never trained, in which rounding grows from layer to layer.
    """

    build: Callable[[], Any]
    normalisation: str = "minus-one-to-one"
    logits: bool = False
    saved_model: bool = False
    input_shape: tuple[int, ...] | None = None
    formats: tuple[str, ...] = FORMATS
    options: ConvertOptions = OPTIONS
    refused: str | None = None
    int8_difference: float | None = 0.05

    @property
    def float_error(self) -> float:
        """By how much of its largest value an output in float32 may be off."""
        return DEEP if self.int8_difference is None else SHALLOW


WITH_ENGINES = (*FORMATS, *ENGINES)
E2E = pytest.mark.e2e


def deep(
    name: str,
    size: int,
    *,
    normalisation: str = "minus-one-to-one",
    engines: bool = False,
    convert: ConvertOptions = OPTIONS,
    **options: Any,
) -> Case:
    build, formats = application(name, size, **options), WITH_ENGINES if engines else FORMATS
    return Case(build, normalisation, formats=formats, options=convert, int8_difference=None)


def mobilenet_v2(size: int, alpha: float, **options: Any) -> Case:
    return deep("MobileNetV2", size, alpha=alpha, **options)


CASES = [
    pytest.param(Case(leaky_and_elu, formats=WITH_ENGINES, refused="ELU"), id="sequential-leaky-elu"),
    pytest.param(Case(small(channels=1)), id="grayscale"),
    pytest.param(Case(small(activation=None), logits=True), id="logits"),
    pytest.param(Case(subclassed, saved_model=True, input_shape=(32, 32, 3)), id="subclassed-saved-model"),
    pytest.param(mobilenet_v2(96, 0.35), id="mobilenetv2-0.35-96"),
    pytest.param(mobilenet_v2(160, 0.35, convert=WITHOUT_SEARCH), id="mobilenetv2-0.35-160", marks=E2E),
    pytest.param(mobilenet_v2(224, 0.35, convert=WITHOUT_SEARCH), id="mobilenetv2-0.35-224", marks=E2E),
    pytest.param(mobilenet_v2(96, 1.0, convert=WITHOUT_SEARCH), id="mobilenetv2-1.0-96", marks=E2E),
    pytest.param(mobilenet_v2(160, 1.0, convert=WITHOUT_SEARCH), id="mobilenetv2-1.0-160", marks=E2E),
    pytest.param(mobilenet_v2(224, 1.0, engines=True, convert=WITHOUT_SEARCH), id="mobilenetv2-1.0-224", marks=E2E),
    pytest.param(deep("MobileNetV3Small", 96, normalisation="raw", engines=True), id="mobilenetv3-small-96", marks=E2E),
    pytest.param(
        deep("EfficientNetV2B0", 96, normalisation="raw", engines=True, convert=WITHOUT_SEARCH),
        id="efficientnetv2-b0-96",
        marks=E2E,
    ),
    pytest.param(
        deep("ResNet50", 64, normalisation="imagenet-caffe", engines=True, convert=WITHOUT_SEARCH),
        id="resnet50-64",
        marks=E2E,
    ),
]


@dataclass(frozen=True)
class Made:
    """What one case became."""

    case: Case
    run: RunFolder
    outcomes: tuple[Any, ...]
    pixels: np.ndarray
    expected: np.ndarray


@pytest.fixture(scope="module", params=CASES)
def made(request, tmp_path_factory, digit_images, few_digit_images) -> Made:
    import keras

    case, folder = request.param, tmp_path_factory.mktemp("model")
    keras.utils.set_random_seed(5)
    model = case.build()
    settle(model, by_hand(case.normalisation, digits(digit_images, case.input_shape or model.input_shape[1:])))
    run = imported(model, case, folder, few_digit_images)
    contract = Preprocessing.load(run.preprocessing)
    rows = rows_of(read_splits(run.splits), "test")[:IMAGES]
    pixels = np.stack([contract.apply(row.path) for row in rows])
    expected = answers(model, by_hand(case.normalisation, pixels))
    expected = softmax(expected) if case.logits else expected
    yield Made(case, run, convert_run(run, case.formats, case.options), pixels, expected)
    keras.backend.clear_session()


def digits(images: Path, input_shape: tuple[int, ...]) -> np.ndarray:
    from PIL import Image

    height, width, channels = input_shape
    files = sorted(images.rglob("*.png"))[::10]
    grey = np.stack([np.asarray(Image.open(file).convert("L").resize((width, height))) for file in files])
    return np.repeat(grey[..., np.newaxis], channels, axis=-1)


def settle(model: Any, images: np.ndarray) -> None:
    """Gives batch normalisation the statistics of real images: with none, random layers fade or explode."""
    import keras

    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(images, training=True)
    for layer, momentum in zip(norms, momenta, strict=True):
        layer.momentum = momentum


def imported(model: Any, case: Case, folder: Path, images: Path) -> RunFolder:
    source = folder / ("exported" if case.saved_model else "model.keras")
    if case.saved_model:
        model.export(source, verbose=False)
    else:
        model.save(source)
    labels = folder / "labels.txt"
    labels.write_text("".join(f"{digit}\n" for digit in range(10)))
    declared = Declaration(labels, normalisation_named(case.normalisation))
    return import_model(source, folder / "run", declared, data=images, seed=0)


def by_hand(normalisation: str, pixels: np.ndarray) -> np.ndarray:
    x = pixels.astype(np.float32)
    if normalisation == "minus-one-to-one":
        return x / np.float32(127.5) - 1
    if normalisation == "imagenet-caffe":
        return x[..., ::-1] - np.float32([103.939, 116.779, 123.68])
    return x


def answers(model: Any, inputs: np.ndarray) -> np.ndarray:
    return np.asarray(model(inputs, training=False))


def softmax(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def data_of(made: Made, format_name: str) -> bytes:
    return made.run.file_of(format_name).read_bytes()


def test_model_becomes_every_format_and_float_formats_answer_like_keras(made, run_tflite):
    failed = {outcome.format: str(outcome.error) for outcome in made.outcomes if outcome.error is not None}
    if made.case.refused is not None:
        assert re.search(
            rf"compute in float: {made.case.refused} \(making '.+'\); .*replace", failed.pop("tflite-int8")
        )
    assert failed == {}
    assert made.expected.std(axis=0).max() > 0.01  # images are told apart, or agreement would say nothing
    for answered in (
        run_tflite(data_of(made, "tflite-fp32"), made.pixels),
        run_onnx(data_of(made, "onnx-fp32"), made.pixels),
    ):
        assert_probabilities_close(answered, made.expected, made.case.float_error)


def test_int8_formats_give_probabilities_near_the_float_model(made, run_tflite):
    every = [run_onnx(data_of(made, "onnx-int8"), made.pixels)]
    if made.case.refused is None:
        every.append(run_tflite(data_of(made, "tflite-int8"), made.pixels))
    for answered in every:
        assert np.abs(answered.sum(axis=1) - 1).max() < 10 * UINT8_STEP  # a step for each class
        if made.case.int8_difference is not None:
            assert np.abs(answered - made.expected).mean() < made.case.int8_difference


def test_onnx_files_take_batches_of_three(made):
    for name in ("onnx-fp32", "onnx-int8"):
        data = data_of(made, name)
        three = run_onnx(data, made.pixels[:3])
        assert three.shape == (3, 10)
        single = np.concatenate([run_onnx(data, made.pixels[i : i + 1]) for i in range(3)])
        assert (np.abs(three - single) <= batch_errors(single, made.case, name)).all()


def batch_errors(single: np.ndarray, case: Case, name: str) -> np.ndarray:
    """How far answers in a batch may be from those to single images, as kernels depend on the size of the batch."""
    if name == "onnx-fp32":
        return probability_errors(single, case.float_error)
    if case.int8_difference is None:  # one rounding that ends otherwise grows from layer to layer
        return np.full_like(single, INT8_PROBABILITY)
    return probability_errors(single, INT8_STEP)


def test_operator_that_no_converter_knows_is_named(tmp_path, digit_images):
    import keras

    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Flatten()(keras.ops.erfinv(inputs / 256.0))
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(x))
    run = imported(model, Case(lambda: model, normalisation="raw"), tmp_path, digit_images)
    tflite, onnx_file = convert_run(run, ["tflite-fp32", "onnx-fp32"], OPTIONS)
    assert re.search("(?i)TFLite has no operator for tf.Erfinv; replace", str(tflite.error))
    assert "Erfinv" in str(onnx_file.error)
