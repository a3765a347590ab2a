"""Runs .tflite files with the first TFLite interpreter that is installed, and with the delegate that is asked for."""

from __future__ import annotations

import platform
import sys
import threading
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EdgewrightError, MissingDependencyError, first_line
from ..optional_imports import import_optional, is_importable, version_of
from .base import Backend, Tensor, as_stored, channels_last, in_fixed_batches, without_empty_axes
from .hardware.acceleration import GPU, LIBRARY_DECIDES, Acceleration
from .hardware.instructions import check_instructions
from .input_fit import clipping
from .quantization import dequantize_output, quantize_input
from .tflite_metadata import StatedNormalisation, stated_normalisation


@dataclass(frozen=True)
class Library:
    """A place that an Interpreter class comes from."""

    package: str
    module: str
    extra: str

    @property
    def top_module(self) -> str:
        """The package that the module lies in."""
        return self.module.partition(".")[0]


LIBRARIES = (
    Library("ai-edge-litert", "ai_edge_litert.interpreter", "pi"),
    Library("tflite-runtime", "tflite_runtime.interpreter", "tflite-runtime"),
    Library("tensorflow", "tensorflow.lite.python.interpreter", "convert"),
)
"""In the order in which they are tried. `Interpreter` has the same interface in all of them."""


class TfliteModel:
    """A loaded .tflite file. Threads may share it: they take turns, for an interpreter holds one image at a time."""

    def __init__(self, interpreter: Any, *, path: Path, library: str, notes: tuple[str, ...]) -> None:
        self._interpreter, self._path = interpreter, path
        self.library = library
        self.notes = notes
        self._input_index, taken = _only_tensor(interpreter.get_input_details(), "input")
        self._output_index, given = _only_tensor(interpreter.get_output_details(), "output")
        self.input, self.output = channels_last(taken), without_empty_axes(given)
        self._batch = self.input.shape[0] or 1
        self._turn = threading.Lock()

    def probabilities(self, pixels: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
        """What the file gives, shape (n, classes), for values of shape (n, height, width, channels)."""
        return in_fixed_batches(self._run, as_stored(quantize_input(pixels, self.input), self.input), self._batch)

    def tensor_types(self) -> tuple[str, ...]:
        """Numpy's name of the element type of every tensor in the file."""
        return tuple(np.dtype(detail["dtype"]).name for detail in self._interpreter.get_tensor_details())

    def _run(self, stored: NDArray[Any]) -> NDArray[np.float32]:
        try:
            with self._turn:
                self._interpreter.set_tensor(self._input_index, stored)
                self._interpreter.invoke()
                found = self._interpreter.get_tensor(self._output_index)
        except (RuntimeError, ValueError) as error:  # a damaged file may load, and fail only here
            raise EdgewrightError(f"{self._path} cannot be run by {self.library}: {first_line(error)}") from error
        outputs = dequantize_output(found, self.output)
        return outputs.reshape(len(stored), -1)


def load(path: Path, *, threads: int | None, acceleration: Acceleration = LIBRARY_DECIDES) -> Backend:
    """The loaded .tflite file.

    Raises:
        MissingDependencyError: no TFLite interpreter is installed, or the delegate asked for is not here.
        EdgewrightError: the file is no model that the interpreter takes, or that the delegate runs.
    """
    chosen = _installed_library()
    check_instructions(chosen.package)
    module = import_optional(
        chosen.module, package=chosen.package, extra=chosen.extra, purpose="Running a .tflite file"
    )
    delegate = _delegate(module, acceleration)
    try:
        data = path.read_bytes()
        interpreter = _interpreter(module, data, threads, delegate, xnnpack=acceleration.xnnpack)
        notes = () if delegate is None else _part_of_delegate(interpreter, acceleration, path)
        interpreter.allocate_tensors()
        library = f"{chosen.package} {_version_of(chosen)}{_in_words(acceleration)}"
        model = TfliteModel(interpreter, path=path, library=library, notes=())
        model.input = replace(model.input, stated_normalisation=_stated_in(data))
    except (ValueError, RuntimeError, OSError) as error:
        raise EdgewrightError(f"{path} is no .tflite model that {chosen.package} can run: {error}") from error
    model.notes = (*_notes(chosen, model, xnnpack=acceleration.xnnpack), *notes)
    if acceleration.delegate == GPU:
        from .hardware.tflite_gpu import on_gpu

        return on_gpu(model, data, path=path)
    return model


def _delegate(module: Any, acceleration: Acceleration) -> Any:
    if acceleration.delegate in {None, GPU}:
        return None
    from .hardware.tflite_delegate import delegate_of  # here, for few ask for one

    return delegate_of(module, acceleration)


def _part_of_delegate(interpreter: Any, acceleration: Acceleration, path: Path) -> tuple[str, ...]:
    from .hardware.tflite_delegate import check_takes_part

    return check_takes_part(interpreter, str(acceleration.delegate), path)


def _interpreter(module: Any, data: bytes, threads: int | None, delegate: Any, *, xnnpack: bool) -> Any:
    """An interpreter whose tensors are not allocated yet."""
    kinds = module.OpResolverType
    with warnings.catch_warnings():
        # TensorFlow announces here that its interpreter moved to ai-edge-litert, which comes first above.
        warnings.filterwarnings("ignore", message=r"\s*Warning: tf.lite.Interpreter is deprecated")
        return module.Interpreter(
            model_content=data,
            num_threads=threads,
            experimental_delegates=None if delegate is None else [delegate],
            experimental_op_resolver_type=kinds.AUTO if xnnpack else kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )


def _in_words(acceleration: Acceleration) -> str:
    parts = [
        *([] if acceleration.xnnpack else ["without XNNPACK"]),
        *([] if acceleration.delegate in {None, GPU} else [f"with {Path(str(acceleration.delegate)).name}"]),
    ]
    return f" {' '.join(parts)}" if parts else ""


def _stated_in(data: bytes) -> StatedNormalisation | None:
    try:
        return stated_normalisation(data)
    except ValueError as error:
        raise ValueError(f"its metadata is damaged ({error})") from error


def _installed_library() -> Library:
    for library in LIBRARIES:
        if is_importable(library.top_module):
            return library
    raise MissingDependencyError(
        "Running a .tflite file needs a TFLite interpreter, and none is installed; run: pip install 'edgewright[pi]' "
        "(with Python 3.11 or older, 'edgewright[tflite-runtime]' will do as well)"
    )


def _version_of(library: Library) -> str | None:
    # The package itself says it at once; looking it up among all installed ones takes a tenth of the time to an answer.
    return getattr(sys.modules[library.top_module], "__version__", None) or version_of(library.package)


def _notes(library: Library, model: TfliteModel, *, xnnpack: bool) -> tuple[str, ...]:
    clipped = clipping(model.input)
    return (*(_of_library(library, model) if xnnpack else ()), *(() if clipped is None else (clipped,)))


def _of_library(library: Library, model: TfliteModel) -> tuple[str, ...]:
    if library.package == "tflite-runtime" and model.input.scale and platform.machine() in {"x86_64", "AMD64"}:
        # Measured: 172 ms against 5 ms an image for MobileNetV2 0.35; it has no INT8 XNNPACK kernels for x86.
        return (
            "tflite-runtime runs INT8 models about 30 times slower than ai-edge-litert on x86; "
            "run: pip install 'edgewright[pi]'",
        )
    return ()


def _only_tensor(details: list[dict[str, Any]], role: str) -> tuple[int, Tensor]:
    if len(details) != 1:
        raise ValueError(f"it has {len(details)} {role}s, an image classifier has one")
    detail = details[0]
    scale, zero_point = detail["quantization"]
    shape = tuple(int(size) for size in detail["shape"])
    return detail["index"], Tensor(detail["name"], shape, np.dtype(detail["dtype"]).name, float(scale), int(zero_point))
