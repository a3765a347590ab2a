"""Runs .keras files with Keras on TensorFlow: the float reference on a workstation."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EdgewrightError, first_line
from ..optional_imports import import_optional, version_of
from .base import Tensor, in_fixed_batches
from .hardware.instructions import check_instructions
from .keras_safety import refuse_code_layers
from .tensorflow_threads import limit_threads

_BATCH = 32


class KerasModel:
    """A loaded Keras model."""

    notes: tuple[str, ...] = ()

    def __init__(self, model: Any, *, path: Path, library: str) -> None:
        self._model, self._path = model, path
        self._turn = threading.Lock()  # Keras builds its function anew where two threads call at once
        self.library = library
        self.input = _only_tensor(model.inputs, "input")
        self.output = _only_tensor(model.outputs, "output")

    def probabilities(self, pixels: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
        """What the file gives, shape (n, classes), for values of shape (n, height, width, channels)."""
        # A fixed batch keeps Keras from tracing its graph anew for the last, smaller one.
        batch = self.input.shape[0] or (1 if len(pixels) == 1 else _BATCH)
        return in_fixed_batches(self._run, pixels.astype(self.input.dtype), batch)

    def _run(self, pixels: NDArray[Any]) -> NDArray[np.float32]:
        try:
            with self._turn:
                return np.asarray(self._model.predict_on_batch(pixels), np.float32)
        except Exception as error:  # a damaged file may load, and fail only here with whatever happened to raise
            raise EdgewrightError(f"{self._path} cannot be run by {self.library}: {first_line(error)}") from error


def load(path: Path, *, threads: int | None) -> KerasModel:
    """The loaded .keras file, with Keras's safe mode on.

    Raises:
        MissingDependencyError: TensorFlow or Keras is not installed.
        EdgewrightError: the file is no Keras model, or holds layers that run code of their own.
    """
    refuse_code_layers(path)
    purpose = "Running a .keras file"
    check_instructions("tensorflow")
    tensorflow = import_optional("tensorflow", package="tensorflow", extra="train", purpose=purpose)
    keras = import_optional("keras", package="keras", extra="train", purpose=purpose)
    if threads is not None:
        limit_threads(tensorflow, threads)
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
        return KerasModel(
            model, path=path, library=f"keras {version_of('keras')} on tensorflow {version_of('tensorflow')}"
        )
    except Exception as error:  # Keras raises whatever the broken part happened to raise
        raise EdgewrightError(f"{path} is no Keras model that can be loaded safely: {first_line(error)}") from error


def _only_tensor(tensors: list[Any], role: str) -> Tensor:
    if len(tensors) != 1:
        raise ValueError(f"it has {len(tensors)} {role}s, an image classifier has one")
    tensor = tensors[0]
    return Tensor(tensor.name, tuple(tensor.shape), str(tensor.dtype))
