""".tflite files by TFLiteConverter: float32, dynamic range, and full-integer INT8."""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.suggestion import named

from ..float_model import FloatModel
from ..tensor_names import INPUT_NAME, OUTPUT_NAME

_SIGNATURE = "serving_default"

_BATCH = 1
"""Phones and Raspberry Pis classify one image at a time, and some delegates take fixed shapes only."""


def tflite_fp32_from_model(model: FloatModel) -> bytes:
    """A .tflite file with float32 weights and arithmetic."""
    return converted(model, lambda _: None)


def tflite_dynamic_from_model(model: FloatModel) -> bytes:
    """A .tflite file with INT8 weights whose activations are quantized on the fly (dynamic range)."""

    def settings(converter: Any) -> None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]

    return converted(model, settings)


def tflite_int8_from_model(model: FloatModel, pixels: NDArray[np.uint8]) -> bytes:
    """A full-integer .tflite file with uint8 input and output.

    Args:
        model: the float model.
        pixels: the representative dataset, uint8 of shape (n, height, width, channels).
    """

    def settings(converter: Any) -> None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: _samples(pixels)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.uint8

    return converted(model, settings)


def _samples(pixels: NDArray[np.uint8]) -> Iterator[dict[str, NDArray[np.float32]]]:
    for image in pixels:
        yield {INPUT_NAME: image[np.newaxis].astype(np.float32)}


_KNOWN_WARNINGS = (
    # Said of every model whose input becomes uint8, and of no consequence: its range is that of the graph's first step.
    r"Statistics for quantized inputs were expected, but not specified",
    # Said of every INT8 conversion: the converter's own calibration still uses tf.lite.Interpreter.
    r"\s*Warning: tf.lite.Interpreter is deprecated",
)

Settings = Callable[[Any], None]


def converted(model: FloatModel, settings: Settings) -> bytes:
    """The file that TFLiteConverter makes of the frozen model.

    The frozen graph goes through a SavedModel on disk because only then do input and output keep their names in the
    file's signature. `TFLiteConverter.from_concrete_functions` would write one too, but drops the names without a word
    when that fails, as it does with the gradients that Keras's SiLU carries and no converter needs.

    Args:
        model: the float model, raw pixels to probabilities; the file takes one image.
        settings: given the converter before it runs, to set its attributes.

    Raises:
        EdgewrightError: TFLiteConverter refuses the model.
    """
    with tempfile.TemporaryDirectory(prefix="edgewright-") as folder, warnings.catch_warnings():
        for pattern in _KNOWN_WARNINGS:
            warnings.filterwarnings("ignore", message=pattern)
        try:
            _save(model, folder)
            converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[_SIGNATURE])
            settings(converter)
            return bytes(converter.convert())
        except Exception as error:  # the converter raises classes of its own, ValueError and RuntimeError alike
            raise EdgewrightError(f"TFLiteConverter refused the model: {_reason(error)}") from error


def _save(model: FloatModel, folder: str) -> None:
    frozen = model.frozen(_BATCH)

    def named(pixels: Any) -> dict[str, Any]:
        outputs = frozen(pixels)
        return {OUTPUT_NAME: outputs[0] if isinstance(outputs, (list, tuple)) else outputs}

    spec = tf.TensorSpec((_BATCH, *model.input_shape), tf.float32, name=INPUT_NAME)
    holder = tf.Module()
    holder.serve = tf.function(named, autograph=False).get_concrete_function(spec)
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
    tf.saved_model.save(holder, folder, signatures={_SIGNATURE: holder.serve}, options=options)


def _reason(error: Exception) -> str:
    """The operators that TFLite lacks, where the converter names them; else its first line."""
    text = str(error).strip() or type(error).__name__
    lacking = re.findall(r"'(tf\.\w+)' op is neither", text)
    if lacking:
        return f"TFLite has no operator for {named(dict.fromkeys(lacking))}; replace the layers that use it"
    return text.splitlines()[0]
