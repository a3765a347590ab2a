"""All conversions of a run against the bare converter calls that they contain.

Run with `make benchmarks`, or `pytest benchmarks/test_conversion.py -s -p no:warnings`; it prints the ratio of one run,
whose goal is at most 1.2 with `--int8-effort fast`. Ours loads and checks the model, corrects the INT8 files, tries
each file on real images, writes it atomically and lists it in the manifest; the bare calls get a model that is loaded
already.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgewright_runtime.run.run_folder import RunFolder

GOAL = 1.2

ANY_MACHINE = 3.0
"""Above this something is wrong, however busy the machine is."""


def bare_tflite(model: Any, precision: str, pixels: np.ndarray) -> bytes:
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if precision != "fp32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "fp16":
        converter.target_spec.supported_types = [tf.float16]
    if precision == "int8":
        converter.representative_dataset = lambda: ([image[None].astype(np.float32)] for image in pixels)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.uint8
    return bytes(converter.convert())


def bare_onnx(model: Any, folder: Path, pixels: np.ndarray) -> None:
    import onnx
    import tf2onnx
    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
    from onnxruntime.transformers.float16 import convert_float_to_float16

    class Reader(CalibrationDataReader):
        def __init__(self) -> None:
            self.images = iter(pixels)

        def get_next(self) -> dict[str, np.ndarray] | None:
            image = next(self.images, None)
            return None if image is None else {name: image[None].astype(np.float32)}

    exported, _ = tf2onnx.convert.from_keras(model, opset=17)
    name = exported.graph.input[0].name
    onnx.save(exported, folder / "fp32.onnx")
    onnx.save(convert_float_to_float16(exported, keep_io_types=True), folder / "fp16.onnx")
    quantize_static(
        folder / "fp32.onnx",
        folder / "int8.onnx",
        Reader(),
        per_channel=True,
        activation_type=QuantType.QInt8,
        weight_type=QuantType.QInt8,
        extra_options={"ActivationSymmetric": True},
    )


def bare(model: Any, folder: Path, pixels: np.ndarray) -> None:
    for precision in ("fp32", "fp16", "dynamic", "int8"):
        bare_tflite(model, precision, pixels)
    bare_onnx(model, folder, pixels)


def ours(run: Path) -> None:
    from edgewright_convert.options import ConvertOptions
    from edgewright_convert.pipeline import convert_run
    from edgewright_convert.targets import DEFAULT_FORMATS

    outcomes = convert_run(RunFolder(run), DEFAULT_FORMATS, ConvertOptions(int8_effort="fast"))
    assert all(outcome.error is None for outcome in outcomes), outcomes
    for outcome in outcomes:
        print(f"{outcome.format:15s} {outcome.seconds:6.1f} s")


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, float_run: Path) -> Path:
    """A run folder whose float model is MobileNetV2 0.35 at 96 pixels, with random weights."""
    import keras

    from edgewright_runtime.preprocessing import Preprocessing

    run = tmp_path_factory.mktemp("bench") / "run"
    shutil.copytree(float_run, run)
    (run / "manifest.json").unlink()
    shutil.rmtree(run / "saved_model")
    keras.utils.set_random_seed(0)
    inputs = keras.Input((96, 96, 3), name="pixels")
    scaled = keras.layers.Rescaling(1 / 127.5, -1)(inputs)
    backbone = keras.applications.MobileNetV2(
        input_tensor=scaled, alpha=0.35, include_top=False, weights=None, pooling="avg"
    )
    outputs = keras.layers.Dense(10, activation="softmax", name="probabilities")(backbone.output)
    keras.Model(inputs, outputs).save(run / "model.keras")
    Preprocessing(96, 96).save(run / "preprocessing.json")
    return run


def test_all_conversions_cost_little_more_than_the_bare_calls(trained: Path, tmp_path: Path) -> None:
    import keras

    model = keras.saving.load_model(trained / "model.keras", compile=False)
    pixels = np.random.default_rng(0).integers(0, 256, (195, 96, 96, 3), dtype=np.uint8)
    bare_tflite(model, "fp32", pixels)  # what TensorFlow does only once in a process is neither's
    began = time.perf_counter()
    bare(model, tmp_path, pixels)
    between = time.perf_counter()
    ours(trained)
    ended = time.perf_counter()
    ratio = (ended - between) / (between - began)
    print(f"\nbare {between - began:.1f} s, ours {ended - between:.1f} s, ratio {ratio:.2f} (goal: at most {GOAL})")
    assert ratio < ANY_MACHINE
