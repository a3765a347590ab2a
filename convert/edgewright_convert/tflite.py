""".tflite files: float32, float16 weights, dynamic range, and full-integer INT8."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from .float_model import FloatModel
from .tensor_names import INPUT_NAME, OUTPUT_NAME

_BATCH = 1
"""Phones and Raspberry Pis classify one image at a time, and some delegates take fixed shapes only."""


def tflite_fp32_from_model(model: FloatModel) -> bytes:
    """A .tflite file with float32 weights and arithmetic."""
    return _convert(_converter(model))


def tflite_fp16_from_model(model: FloatModel) -> bytes:
    """A .tflite file with float16 weights: half the size; computed in float16 on GPUs, in float32 on CPUs."""
    converter = _converter(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return _convert(converter)


def tflite_dynamic_from_model(model: FloatModel) -> bytes:
    """A .tflite file with INT8 weights whose activations are quantised on the fly (dynamic range)."""
    converter = _converter(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return _convert(converter)


def tflite_int8_from_model(model: FloatModel, pixels: NDArray[np.uint8]) -> bytes:
    """A full-integer .tflite file with uint8 input and output.

    Args:
        model: the float model.
        pixels: the representative dataset, uint8 of shape (n, height, width, channels).
    """
    converter = _converter(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: _samples(pixels)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.uint8
    converter.inference_output_type = tf.uint8
    return _convert(converter)


def _samples(pixels: NDArray[np.uint8]) -> Iterator[dict[str, NDArray[np.float32]]]:
    for image in pixels:
        yield {INPUT_NAME: image[np.newaxis].astype(np.float32)}


def _converter(model: FloatModel) -> Any:
    frozen = model.frozen(_BATCH)

    def named(pixels: Any) -> dict[str, Any]:
        outputs = frozen(pixels)
        return {OUTPUT_NAME: outputs[0] if isinstance(outputs, (list, tuple)) else outputs}

    spec = tf.TensorSpec((_BATCH, *model.input_shape), tf.float32, name=INPUT_NAME)
    concrete = tf.function(named, autograph=False).get_concrete_function(spec)
    holder = tf.Module()
    holder.function = concrete  # keeps the frozen graph alive for the converter
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete], holder)


def _convert(converter: Any) -> bytes:
    try:
        return bytes(converter.convert())
    except Exception as error:  # the converter raises classes of its own, ValueError and RuntimeError alike
        raise EdgewrightError(f"TFLiteConverter refused the model: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line or "not supported" in line or "custom op" in line.lower()]
    return (telling or lines or [type(error).__name__])[0]
