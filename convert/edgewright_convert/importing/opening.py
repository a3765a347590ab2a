"""A model file of any kind, opened to be tried."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.backends.base import Backend, Tensor
from edgewright_runtime.backends.table import backend_for, load
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS

from .contract_search import BareModel
from .float_models.wrapping import loaded_model
from .model_checks import image_shape

FINISHED_SUFFIXES = frozenset({".tflite", ".onnx"})
"""Of files that are run as they are: no other format can be made of them."""


def is_finished(source: Path) -> bool:
    """Whether it is a file to run, not a model to convert."""
    return source.suffix.lower() in FINISHED_SUFFIXES


def opened_backend(source: Path) -> Backend:
    """What runs a finished file.

    Raises:
        EdgewrightError: there is none, or it cannot be run.
    """
    if not source.is_file():
        raise EdgewrightError(f"No model at {source}")
    return load(source, backend=backend_for(source))


def bare_finished(source: Path, backend: Backend, *, size: str | None) -> BareModel:
    """A finished file, ready to be tried.

    Raises:
        EdgewrightError: it is no image classifier.
    """
    shape = image_shape(source, [backend.input.shape], size=size)
    outputs = backend.output.shape[-1]
    if len(backend.output.shape) != 2 or outputs is None:
        raise EdgewrightError(f"{source} gives shape {backend.output.shape}; a classifier gives (batch, classes)")
    return BareModel(source, backend.input, shape, outputs, backend.probabilities)


def bare_float_model(source: Path, *, size: str | None, is_keras: bool) -> BareModel:
    """A Keras model or a SavedModel, ready to be tried; one output for two labels becomes two.

    Raises:
        EdgewrightError: it is no image classifier, or its number of outputs is open.
    """
    imported = loaded_model(source, is_keras=is_keras)
    shape = image_shape(source, imported.inputs, size=size)
    if len(imported.outputs) != 1 or len(imported.outputs[0]) != 2 or imported.outputs[0][1] is None:
        raise EdgewrightError(f"{source} does not give one row of numbers, one per class; it gives {imported.outputs}")
    sides = shape.height, shape.width, shape.channels
    bare = imported.wrap(sides, NORMALISATIONS["raw"].for_channels(shape.channels), softmax=False)
    tensor, run = Tensor("pixels", (None, *sides), "float32"), partial(_run, imported.outputs_of, bare)
    if imported.outputs[0][1] == 1:
        return BareModel(source, tensor, shape, 2, partial(_of_both, run))
    return BareModel(source, tensor, shape, imported.outputs[0][1], run)


def _run(outputs_of: Any, model: Any, values: NDArray[Any]) -> NDArray[np.float32]:
    outputs: NDArray[np.float32] = outputs_of(model, values)
    return outputs


def _of_both(run: Callable[[NDArray[Any]], NDArray[np.float32]], values: NDArray[Any]) -> NDArray[np.float32]:
    """Of a model with one output, numbers for both labels: probabilities, or logits where it gives no probability."""
    second = run(values)
    is_probability = bool((second >= 0).all() and (second <= 1).all())
    return np.concatenate([1 - second if is_probability else np.zeros_like(second), second], axis=1)
