"""Runs .onnx files with onnxruntime: on the processor, or with the execution providers that were asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EdgewrightError, first_line
from ..optional_imports import import_optional, version_of
from .base import Tensor, as_stored, channels_last, in_fixed_batches, without_empty_axes
from .hardware.acceleration import LIBRARY_DECIDES, Acceleration
from .hardware.instructions import check_instructions
from .hardware.onnx_providers import CPU, check_providers, explain_refusal, providers_named, refuse_the_processor

_DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(uint8)": "uint8",
    "tensor(double)": "float64",
}
_ERRORS_ONLY = 3


class OnnxModel:
    """A loaded .onnx file."""

    notes: tuple[str, ...] = ()

    def __init__(self, session: Any, *, path: Path, library: str) -> None:
        self._session, self._path = session, path
        self.library = library
        self.input = channels_last(_only_tensor(session.get_inputs(), "input"))
        self.output = without_empty_axes(_only_tensor(session.get_outputs(), "output"))

    def probabilities(self, pixels: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
        """What the file gives, shape (n, classes), for values of shape (n, height, width, channels)."""
        batch = self.input.shape[0]
        converted = as_stored(pixels.astype(self.input.dtype, copy=False), self.input)
        return self._run(converted) if batch is None else in_fixed_batches(self._run, converted, batch)

    def _run(self, pixels: NDArray[Any]) -> NDArray[np.float32]:
        try:
            (output,) = self._session.run([self.output.name], {self.input.name: pixels})
        except Exception as error:  # see `load`
            reason = first_line(error)
            raise EdgewrightError(f"{self._path} cannot be run by {self.library}: {reason}") from error
        return np.asarray(output, np.float32).reshape(len(pixels), -1)


def load(path: Path, *, threads: int | None, acceleration: Acceleration = LIBRARY_DECIDES) -> OnnxModel:
    """The loaded .onnx file.

    Raises:
        MissingDependencyError: onnxruntime is not installed, or lacks an execution provider that was asked for.
        EdgewrightError: the file is no model that onnxruntime takes, or that these providers run.
    """
    check_instructions("onnxruntime")
    ort = import_optional("onnxruntime", package="onnxruntime", extra="onnx", purpose="Running an .onnx file")
    providers = providers_named(acceleration.providers, ort) or (CPU,)
    options = ort.SessionOptions()
    options.log_severity_level = _ERRORS_ONLY
    if threads is not None:
        options.intra_op_num_threads = threads
    if CPU not in providers:
        refuse_the_processor(options)
    library = f"onnxruntime {version_of('onnxruntime') or ort.__version__}"
    with_them = "" if providers == (CPU,) else f" with {', '.join(providers)}"
    data = path.read_bytes()
    try:
        session = ort.InferenceSession(data, options, providers=list(providers), enable_fallback=0)
        model = OnnxModel(session, path=path, library=library + with_them)
    except Exception as error:  # onnxruntime's own exception classes share no base but Exception
        if providers != (CPU,):
            explain_refusal(ort, data, providers, path=path)
        raise EdgewrightError(f"{path} is no .onnx model that onnxruntime can run{with_them}: {error}") from error
    check_providers(session, providers)
    return model


def _only_tensor(tensors: list[Any], role: str) -> Tensor:
    if len(tensors) != 1:
        raise ValueError(f"it has {len(tensors)} {role}s, an image classifier has one")
    tensor = tensors[0]
    if tensor.type not in _DTYPES:
        raise ValueError(f"its {role} is a {tensor.type}")
    shape = tuple(size if isinstance(size, int) else None for size in tensor.shape)
    return Tensor(tensor.name, shape, _DTYPES[tensor.type])
