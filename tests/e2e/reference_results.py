"""How near each format's file of a few small networks is to the float model, and a record of it.

    python -m tests.e2e.reference_results

measures anew and writes the record: after a change that is meant to alter the files, and is seen to make none worse.
The networks have weights that are drawn and not trained, so that they are the same on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers

from edgewright_convert.fidelity import Fidelity, fidelity_of
from edgewright_convert.float_model import FloatModel, float_model_of_keras
from edgewright_convert.int8 import corrected_model
from edgewright_convert.onnx.checks import outputs_of_onnx
from edgewright_convert.onnx.export import onnx_from_model
from edgewright_convert.onnx.float16_file import onnx_fp16_from_fp32
from edgewright_convert.onnx.int8_file import onnx_int8_from_corrected
from edgewright_convert.onnx.schemes import SCHEMES
from edgewright_convert.options import Effort
from edgewright_convert.tflite.converter import (
    tflite_dynamic_from_model,
    tflite_fp32_from_model,
    tflite_int8_from_model,
)
from edgewright_convert.tflite.corrected_file import tflite_from_ranges
from edgewright_convert.tflite.interpreter import outputs_of_tflite
from edgewright_convert.tflite.logits import fine_outputs_of_tflite
from edgewright_convert.tflite.ranked_correction import fidelity_of_candidates
from edgewright_convert.tflite.rewriting.float16_file import tflite_fp16_from_fp32
from edgewright_convert.tflite.rewriting.float_output import tflite_with_float_output
from edgewright_runtime.library_noise import captured

from ..convert.tiny import CLASSES, SIDE, classifier, classifier_with_outlier, images

RECORD = Path(__file__).with_name("reference_results.json")

_IMAGES = 256

_EFFORTS: tuple[Effort, ...] = ("fast", "balanced")
"""`best` takes as long as all else together, and tries the steps of `balanced` in other numbers."""


def _plain() -> keras.Model:
    """Convolutions and pooling, nothing else."""
    keras.utils.set_random_seed(11)
    inputs = keras.Input((SIDE, SIDE, 3), name="pixels")
    x = layers.Rescaling(1 / 255)(inputs)
    for filters in (8, 16, 32):
        x = layers.MaxPooling2D()(layers.Conv2D(filters, 3, padding="same", activation="relu")(x))
    return _with_head(inputs, layers.GlobalAveragePooling2D()(x))


def _gated() -> keras.Model:
    """Swish, and channels gated by squeeze and excitation, as in EfficientNet."""
    keras.utils.set_random_seed(12)
    inputs = keras.Input((SIDE, SIDE, 3), name="pixels")
    x = layers.Conv2D(16, 3, strides=2, padding="same", activation="silu")(layers.Rescaling(1 / 127.5, -1)(inputs))
    for _ in range(2):
        y = layers.DepthwiseConv2D(3, padding="same", activation="silu")(layers.Conv2D(32, 1, activation="silu")(x))
        gate = layers.Dense(8, activation="silu")(layers.GlobalAveragePooling2D()(y))
        gate = layers.Reshape((1, 1, 32))(layers.Dense(32, activation="sigmoid")(gate))
        x = layers.Add()([x, layers.Conv2D(16, 1)(layers.Multiply()([y, gate]))])
    return _with_head(inputs, layers.GlobalAveragePooling2D()(x))


def _with_head(inputs: keras.KerasTensor, features: keras.KerasTensor) -> keras.Model:
    """The classifier whose logits spread over the images, so that rounding changes some labels and not most."""
    found = np.asarray(keras.Model(inputs, features)(images(64, seed=0).astype(np.float32), training=False))
    head = layers.Dense(CLASSES, activation="softmax", name="probabilities")
    model = keras.Model(inputs, head(features))
    kernel = np.random.default_rng(13).normal(size=(found.shape[1], CLASSES))
    kernel *= 3.0 / (found @ kernel).std(axis=0)
    head.set_weights([kernel, -(found @ kernel).mean(axis=0)])
    return model


MODELS: Mapping[str, Callable[[], keras.Model]] = {
    "inverted residuals": classifier,
    "one bad tensor": classifier_with_outlier,
    "plain": _plain,
    "gated": _gated,
}


@dataclass(frozen=True)
class Data:
    """Images to calibrate and decide on, and others to measure on with the float model's outputs."""

    calibration: np.ndarray
    deciding: np.ndarray
    measured: np.ndarray
    reference: np.ndarray


def measured(name: str) -> dict[str, Fidelity]:
    """Every format's fidelity, by the format and, of INT8, the effort."""
    with captured():
        model = float_model_of_keras(MODELS[name]())
        pixels = images(_IMAGES, seed=3)
        data = Data(images(100, seed=1), images(100, seed=2), pixels, model.probabilities(pixels))
        return {**_float16(model, data), **_int8(model, data)}


def _float16(model: FloatModel, data: Data) -> dict[str, Fidelity]:
    tflite, onnx = tflite_fp32_from_model(model), onnx_from_model(model, {})
    return {
        "tflite-fp16": _of_tflite(tflite_fp16_from_fp32(tflite).data, data),
        "tflite-dynamic": _of_tflite(tflite_dynamic_from_model(model), data),
        "onnx-fp16": _of_onnx(onnx_fp16_from_fp32(onnx, data.deciding[:48]).data, data),
    }


def _int8(model: FloatModel, data: Data) -> dict[str, Fidelity]:
    found = {"tflite-int8 baseline": _of_tflite(tflite_int8_from_model(model, data.calibration), data)}
    reference = model.probabilities(data.deciding)
    for effort in _EFFORTS:
        compare = fidelity_of_candidates(data.deciding, reference)
        corrected = corrected_model(model.loaded, data.calibration, compare, effort=effort)
        file = tflite_from_ranges(corrected.model, corrected.ranges)
        found[f"tflite-int8 {effort}"] = _of_tflite(file, data)
        if effort == "balanced":
            found["tflite-int8 balanced, float output"] = _of_tflite(tflite_with_float_output(file), data)
            for scheme in SCHEMES.values():
                made = onnx_int8_from_corrected(
                    corrected, {}, data.calibration, data.deciding, reference, effort=effort, scheme=scheme
                )
                found[f"{scheme.format} balanced"] = _of_onnx(made.data, data)
    return found


def _of_tflite(file: bytes, data: Data) -> Fidelity:
    fine = fine_outputs_of_tflite(file, data.measured)
    return fidelity_of(outputs_of_tflite(file, data.measured), data.reference, fine)


def _of_onnx(file: bytes, data: Data) -> Fidelity:
    return fidelity_of(outputs_of_onnx(file, data.measured), data.reference)


def main() -> None:
    """Writes the record."""
    record = {
        name: {
            format_name: {"expected": round(found.expected, 4), "distance": float(f"{found.distance:.3g}")}
            for format_name, found in measured(name).items()
        }
        for name in MODELS
    }
    RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(RECORD.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
