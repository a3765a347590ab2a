"""A Keras model made elsewhere, wrapped so that raw pixels go in and probabilities come out."""

from __future__ import annotations

import json
import os
import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow reads it when it is first imported

import h5py
import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from edgewright_runtime.backends.keras_safety import refuse_code_layers, refuse_code_layers_in
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing.normalisations import DeclaredNormalisation

from ...keras_internals import layer_that_makes, shear_as_saved
from ...tensor_names import INPUT_NAME, OUTPUT_NAME
from ..model_checks import Shape
from .binary import pair_head
from .keras_end import activation_of, before_sigmoid
from .random_layers import random_layers_of, without_random_layers


def load_imported_keras(path: Path) -> tuple[Any, tuple[str, ...]]:
    """The model in a .keras or .h5 file as it is at inference, and the names of layers that were left out for that.

    Those are random in training and do nothing else. Its configuration is read, and code in it refused, before it comes
    to life.

    Raises:
        EdgewrightError: it is no such file, has layers that run code, or needs classes that are not Keras's own.
    """
    if zipfile.is_zipfile(path):
        refuse_code_layers(path)
    else:
        refuse_code_layers_in(_config_in_h5(path), path)
    try:
        with shear_as_saved(), warnings.catch_warnings():
            # Of how old .h5 files were built, which nobody who has only the file can change.
            warnings.filterwarnings("ignore", message=".*pass an `input_shape`", category=UserWarning)
            model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever the broken part happened to raise
        raise EdgewrightError(f"{path} cannot be loaded: {_reason(error)}") from error
    try:
        return without_random_layers(model), random_layers_of(model)
    except ValueError as error:  # Keras's own, of shapes that fit in training alone
        raise EdgewrightError(f"{path} cannot be computed without its random layers: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Keras's first line, or the name of the class that is not its own, which Keras puts somewhere in the middle."""
    text = str(error).strip() or type(error).__name__
    own = re.search(r"Could not locate (?:class|function) '([^']+)'|Unknown (?:layer|object): '([^']+)'", text)
    if own is None:
        return text.splitlines()[0]
    return (
        f"it uses {own[1] or own[2]!r}, which is not Keras's own; export it where that is defined with "
        f"model.export(FOLDER), and give that folder"
    )


def _config_in_h5(path: Path) -> Any:
    try:
        with h5py.File(path, "r") as file:
            config = file.attrs.get("model_config")
    except OSError as error:
        raise EdgewrightError(f"{path} is neither a .keras nor an .h5 file: {error}") from error
    if config is None:
        raise EdgewrightError(f"{path} holds weights only; save the whole model with model.save('model.keras')")
    return json.loads(config)


def keras_shapes(path: Path, model: Any) -> tuple[list[Shape], list[Shape]]:
    """Shapes of the model's inputs and outputs.

    Raises:
        EdgewrightError: it was never built, or does not take float32.
    """
    inputs, outputs = getattr(model, "inputs", None), getattr(model, "outputs", None)
    if not inputs or not outputs:
        raise EdgewrightError(f"{path} has no known input shape; export it with model.export(FOLDER), give that folder")
    dtypes = {str(tensor.dtype) for tensor in inputs}
    if dtypes != {"float32"}:
        raise EdgewrightError(f"{path} takes {', '.join(dtypes)}; rebuild it with a float32 input")
    return [tuple(tensor.shape) for tensor in inputs], [tuple(tensor.shape) for tensor in outputs]


def last_activation(model: Any) -> str | None:
    """Name of the activation that makes the output, where the last layer shows it."""
    layer = layer_that_makes(model.outputs[0])
    return last_activation(layer) if isinstance(layer, keras.Model) else activation_of(layer)


def wrapped_keras(
    model: Any, shape: tuple[int, int, int], normalisation: DeclaredNormalisation, *, softmax: bool
) -> Any:
    """A Keras model of raw pixels, float32 (batch, height, width, channels) in 0..255, to the model's outputs.

    Args:
        model: the model made elsewhere.
        shape: height, width, channels.
        normalisation: for that number of channels.
        softmax: whether to add one.
    """
    pixels, values = _normalised(shape, normalisation)
    outputs = model(values)
    # The last layer carries the name that the contract gives the output.
    last = keras.layers.Softmax(name=OUTPUT_NAME) if softmax else keras.layers.Identity(name=OUTPUT_NAME)
    return keras.Model(pixels, last(outputs), name="classifier")


def wrapped_binary_keras(
    model: Any,
    shape: tuple[int, int, int],
    normalisation: DeclaredNormalisation,
    *,
    path: Path,
    kind: str,
    threshold: float,
) -> Any:
    """As `wrapped_keras`, for a model of one output: its last dense layer becomes one of two outputs.

    Raises:
        EdgewrightError: see `pair_head`.
    """
    before = before_sigmoid(model)
    head = pair_head(path, kind, sees_logit=before.sigmoid or kind == "logits", threshold=threshold)
    pixels, values = _normalised(shape, normalisation)
    dense = keras.layers.Dense(2, name="pair" if head.softmax else OUTPUT_NAME)
    outputs = dense(before.body(values))
    factors, terms = np.array([head.kernel], np.float32), np.array(head.bias, np.float32)
    dense.set_weights([before.kernel @ factors, (before.bias @ factors) + terms])
    outputs = keras.layers.Softmax(name=OUTPUT_NAME)(outputs) if head.softmax else outputs
    return keras.Model(pixels, outputs, name="classifier")


def _normalised(shape: tuple[int, int, int], normalisation: DeclaredNormalisation) -> tuple[Any, Any]:
    """The input of raw pixels, and what the model made elsewhere expects in their place."""
    pixels = keras.Input(shape, name=INPUT_NAME)
    values: Any = pixels
    if set(normalisation.scale) != {1.0} or set(normalisation.offset) != {0.0}:
        layer = keras.layers.Rescaling(list(normalisation.scale), list(normalisation.offset), name="normalisation")
        values = layer(values)
    if normalisation.bgr:
        values = keras.ops.take(values, [2, 1, 0], axis=-1)
    return pixels, values


def outputs_of(wrapped: Any, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The wrapped model's outputs for raw pixels."""
    return np.asarray(wrapped(tf.constant(images, tf.float32), training=False))


def save_keras(model: Any, path: Path) -> None:
    """Writes a .keras file."""
    model.save(path)
