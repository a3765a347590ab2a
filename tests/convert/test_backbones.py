"""Every backbone that can be trained, with all that a head can have, through every converter, on real digits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from edgewright_convert.onnx.checks import run_onnx
from edgewright_convert.options import ConvertOptions
from edgewright_convert.pipeline import convert_run
from edgewright_runtime.dataset import read_dataset, split_dataset
from edgewright_runtime.optional_imports import is_absent
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.labels import write_labels
from edgewright_runtime.run.manifest import add_artefacts, describe
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import rows_of, write_splits
from edgewright_train.network import BACKBONES, Head, StartingWeights, backbone_named

from ..tolerances import DEEP, UINT8_STEP, assert_probabilities_close

pytestmark = [pytest.mark.numeric, pytest.mark.timeout(1800)]

E2E, ALL = pytest.mark.e2e, pytest.mark.backbones
FLOAT16 = ("tflite-fp16", "onnx-fp16")
INT8 = ("tflite-int8", "onnx-int8", "onnx-int8-cpu")
FORMATS = ("tflite-fp32", "onnx-fp32", "tflite-dynamic", *FLOAT16, *INT8)
ENGINES = () if is_absent("tensorrt-rtx") else ("tensorrt-rtx-fp16", "tensorrt-rtx-int8")
# "fast" because correcting weights takes minutes for a ResNet50; asked here is whether the converters take the model.
OPTIONS = ConvertOptions(representative_size=32, int8_effort="fast")
IMAGES = 12
HEAD = Head(
    pooling="both",
    batch_norm=True,
    dropout=0.2,
    layers=(24,),
    activation="relu",
    layer_batch_norm=True,
    layer_dropout=0.3,
    l2=0.0,
)
REFUSED_BY_TFLITE_INT8 = {"elu": "compute in float: ELU"}
"""Activations that TFLite has no INT8 kernel for, with what the sentence says."""


@dataclass(frozen=True)
class Case:
    """A backbone, and the activation of those that have a choice."""

    backbone: str
    activation: str = "auto"

    def __str__(self) -> str:
        return self.backbone if self.activation == "auto" else f"{self.backbone}-{self.activation}"


QUICK = Case("small_cnn")
SLOW = [Case(row.name, activation) for row in BACKBONES for activation in ("auto", *row.activations)]
OFTEN = (Case("small_cnn", "gelu"), Case("mobilenet_v3_small"))
"""With what goes wrong most easily: a function that ONNX lacks; hard swish, squeeze-and-excitation and residuals."""

CASES = [
    pytest.param(QUICK, id=str(QUICK)),
    *(pytest.param(case, id=str(case), marks=E2E if case in OFTEN else ALL) for case in SLOW if case != QUICK),
]


@dataclass(frozen=True)
class Made:
    """What one case became."""

    case: Case
    run: RunFolder
    errors: dict[str, str]
    pixels: NDArray[np.uint8]
    expected: NDArray[np.float32]


@pytest.fixture(scope="module", params=CASES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, few_digit_images: Path) -> Any:
    import keras

    case: Case = request.param
    row = backbone_named(case.backbone)
    contract = Preprocessing(64, 64, normalisation=row.normalisation)
    dataset = read_dataset(few_digit_images)
    rows = split_dataset(dataset, seed=1)
    images, pixels = (
        pixels_of(rows_of(rows, split), contract, count) for split, count in (("train", 40), ("test", IMAGES))
    )
    model = network_of(case, contract, images)
    run = RunFolder(tmp_path_factory.mktemp("backbone") / "run")
    run.path.mkdir()
    write_labels(run.labels, dataset.labels)
    write_splits(run.splits, rows)
    contract.save(run.preprocessing)
    model.save(run.model)
    add_artefacts(run.path, {run.model.name: describe(run.model, stage="train", options={}, versions={})})
    expected = np.asarray(model(pixels.astype(np.float32), training=False))
    outcomes = convert_run(run, [*FORMATS, *ENGINES], OPTIONS)
    yield Made(case, run, {each.format: str(each.error) for each in outcomes if each.error}, pixels, expected)
    keras.backend.clear_session()


def pixels_of(rows: Any, contract: Preprocessing, count: int) -> NDArray[np.uint8]:
    return np.stack([contract.apply(row.path) for row in rows[:: max(1, len(rows) // count)]][:count])


def network_of(case: Case, contract: Preprocessing, images: NDArray[np.uint8]) -> Any:
    """The classifier of random weights, in which images differ: with normalisations that know these images."""
    import keras

    from edgewright_train.network.network import build_network

    keras.utils.set_random_seed(5)
    row, activation = backbone_named(case.backbone), "relu" if case.activation == "auto" else case.activation
    head = replace(HEAD, activation=activation)
    start = StartingWeights("none", row.alphas[0])
    model = build_network(row, start, contract=contract, classes=10, head=head, activation=case.activation).model
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in norms:
        layer.momentum = 0.0
    # Dropout would show the layers behind it other values than it does in a file.
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    model(images.astype(np.float32), training=True)
    return model


def test_backbone_becomes_every_format(made: Made) -> None:
    errors = dict(made.errors)
    refused = REFUSED_BY_TFLITE_INT8.get(made.case.activation)
    if refused is not None:
        assert refused in errors.pop("tflite-int8")
    assert errors == {}
    assert made.expected.std(axis=0).max() > 0.01  # images are told apart, or agreement would say nothing


def test_float_formats_answer_like_keras(made: Made, run_tflite: Any) -> None:
    for answered in (
        run_tflite(data_of(made, "tflite-fp32"), made.pixels),
        run_onnx(data_of(made, "onnx-fp32"), made.pixels),
    ):
        assert_probabilities_close(answered, made.expected, DEEP)


def test_half_precision_and_int8_give_probabilities(made: Made, run_tflite: Any) -> None:
    spread = np.abs(made.expected - made.expected.mean(axis=0)).mean()
    for name in (*FLOAT16, *INT8):
        if name in made.errors:
            continue
        run = run_tflite if name.startswith("tflite") else run_onnx
        answered = run(data_of(made, name), made.pixels)
        assert np.abs(answered.sum(axis=1) - 1).max() < 10 * UINT8_STEP  # a step for each class
        # In a deep network that was never trained, the rounding of INT8 grows from layer to layer.
        if name in FLOAT16 or made.case.backbone == "small_cnn":
            assert np.abs(answered - made.expected).mean() < spread / 3


def data_of(made: Made, format_name: str) -> bytes:
    return made.run.file_of(format_name).read_bytes()
