"""Photographs of eight plain colours, and models that tell them apart by their mean: files made elsewhere, in small.

The models name the colour nearest to the mean of what they are given. They are wrong if the channels come in another
order, which makes red blue, and if the values come in another range, which makes everything dark or light.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

COLOURS = {
    "black": (20, 20, 20),
    "blue": (30, 40, 200),
    "brown": (120, 70, 20),
    "green": (30, 150, 40),
    "grey": (128, 128, 128),
    "red": (210, 30, 30),
    "sky": (120, 180, 240),
    "white": (240, 240, 240),
}
PER_CLASS = 12
SIDE = 16
SHARPNESS = 40.0

Normalise = Callable[[NDArray[Any]], NDArray[Any]]


def write_photographs(folder: Path) -> Path:
    """One folder of noisy pictures for each colour."""
    draw = np.random.default_rng(1)
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for number in range(PER_CLASS):
            noisy = np.array(colour) + draw.normal(0, 10, (24, 32, 3)) + draw.normal(0, 6, 3)
            Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(folder / name / f"{number}.png")
    return folder


def write_labels(path: Path) -> Path:
    path.write_text("".join(f"{name}\n" for name in COLOURS))
    return path


def nearest_colour(
    normalise: Normalise, *, background: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Kernel (3, classes) and bias (classes,) of logits that are highest for the nearest normalised colour."""
    centres = normalise(np.array(list(COLOURS.values()), np.float64))
    spread = SHARPNESS / np.square(centres - centres.mean(axis=0)).sum(axis=1).mean()
    kernel, bias = 2 * spread * centres.T, -spread * np.square(centres).sum(axis=1)
    if background:
        kernel, bias = np.pad(kernel, ((0, 0), (1, 0))), np.concatenate([[bias.min() - 10], bias])
    return kernel.astype(np.float32), bias.astype(np.float32)


def onnx_from_torch(path: Path, normalise: Normalise, *, background: bool) -> Path:
    """An .onnx file as PyTorch writes them: channels first, logits of shape (batch, classes, 1, 1)."""
    kernel, bias = nearest_colour(normalise, background=background)
    classes = len(bias)
    weights = [
        numpy_helper.from_array(kernel.T.reshape(classes, 3, 1, 1).copy(), "kernel"),
        numpy_helper.from_array(bias, "bias"),
    ]
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["mean"]),
        helper.make_node("Conv", ["mean", "kernel", "bias"], ["logits"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", classes, 1, 1])
    graph = helper.make_graph(nodes, "colours", [image], [logits], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


def keras_model(normalise: Normalise, *, softmax: bool = True) -> Any:
    """The same as a Keras model of values that are normalised already."""
    import keras

    kernel, bias = nearest_colour(normalise)
    inputs = keras.Input((SIDE, SIDE, 3))
    mean = keras.layers.AveragePooling2D(SIDE)(inputs)
    dense = keras.layers.Dense(len(bias), activation="softmax" if softmax else None)
    model = keras.Model(inputs, dense(keras.layers.Flatten()(mean)))
    dense.set_weights([kernel, bias])
    return model


def brightness_model() -> Any:
    """A Keras model with one output: how likely values from 0 to 1 are to be white rather than black."""
    import keras

    inputs = keras.Input((SIDE, SIDE, 3))
    dense = keras.layers.Dense(1, activation="sigmoid")
    model = keras.Model(inputs, dense(keras.layers.Flatten()(keras.layers.AveragePooling2D(SIDE)(inputs))))
    dense.set_weights([np.full((3, 1), 8.0, np.float32), np.array([-12.0], np.float32)])
    return model


def tflite_from(model: Any, path: Path, values: NDArray[np.float32] | None = None) -> Path:
    """A .tflite file: float, or full-integer with uint8 input and output where calibration values are given."""
    import warnings

    import tensorflow as tf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        if values is not None:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = lambda: ([each[np.newaxis]] for each in values)
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = converter.inference_output_type = tf.uint8
        path.write_bytes(converter.convert())
    return path
