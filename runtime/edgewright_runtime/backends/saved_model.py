"""Runs SavedModel folders with TensorFlow: the float reference of a model that has no Keras file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EdgewrightError, first_line
from ..optional_imports import import_optional, version_of
from .base import Tensor, in_fixed_batches
from .hardware.instructions import check_instructions
from .tensorflow_threads import limit_threads

_SIGNATURE = "serving_default"
_BATCH = 32


class SavedModel:
    """A loaded SavedModel."""

    notes: tuple[str, ...] = ()

    def __init__(self, loaded: Any, tensorflow: Any, *, path: Path) -> None:
        self._path = path
        self._loaded = loaded  # the signature holds only weak references to its variables
        self._tensorflow = tensorflow
        self._function = loaded.signatures[_SIGNATURE]
        self.library = f"tensorflow {version_of('tensorflow')}"
        inputs = self._function.structured_input_signature[1]
        self._input_name, self.input = _only_tensor(inputs, "input")
        self._output_name, self.output = _only_tensor(self._function.structured_outputs, "output")

    def probabilities(self, pixels: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
        """What the file gives, shape (n, classes), for values of shape (n, height, width, channels)."""
        batch = self.input.shape[0] or min(len(pixels), _BATCH) or 1
        return in_fixed_batches(self._run, pixels.astype(self.input.dtype), batch)

    def _run(self, pixels: NDArray[Any]) -> NDArray[np.float32]:
        try:
            outputs = self._function(**{self._input_name: self._tensorflow.constant(pixels)})
            return np.asarray(outputs[self._output_name].numpy(), np.float32)
        except Exception as error:  # a damaged folder may load, and fail only here with whatever happened to raise
            reason = first_line(error)
            raise EdgewrightError(f"{self._path} cannot be run by {self.library}: {reason}") from error


def load(path: Path, *, threads: int | None) -> SavedModel:
    """The loaded SavedModel.

    Raises:
        MissingDependencyError: TensorFlow is not installed.
        EdgewrightError: the folder is no SavedModel with one input and one output.
    """
    check_instructions("tensorflow")
    tensorflow = import_optional("tensorflow", package="tensorflow", extra="convert", purpose="Running a SavedModel")
    if threads is not None:
        limit_threads(tensorflow, threads)
    try:
        return SavedModel(tensorflow.saved_model.load(str(path)), tensorflow, path=path)
    except Exception as error:  # TensorFlow raises whatever the broken part happened to raise
        raise EdgewrightError(f"{path} is no SavedModel that can be run: {error}") from error


def _only_tensor(tensors: dict[str, Any], role: str) -> tuple[str, Tensor]:
    if len(tensors) != 1:
        raise ValueError(f"it has {len(tensors)} {role}s, an image classifier has one")
    ((name, spec),) = tensors.items()
    return name, Tensor(name, tuple(spec.shape), spec.dtype.name)
