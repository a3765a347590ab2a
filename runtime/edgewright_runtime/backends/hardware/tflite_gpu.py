"""A .tflite file on the GPU, through the accelerator in LiteRT's own wheel (WebGPU, over Vulkan on Linux)."""

from __future__ import annotations

import re
import threading
import traceback
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import EdgewrightError, MissingDependencyError
from ...optional_imports import import_optional
from ..base import Backend, as_stored, in_fixed_batches
from ..quantization import dequantize_output, quantize_input
from .instructions import flags_here, lacks_lse_atomics

_PURPOSE = "Running a .tflite file on the GPU"

_PLACE = re.compile(r"(└ )?ERROR: \[[^\]]*\]")


class GpuModel:
    """A .tflite file compiled for the GPU as a whole. Threads may share it: they take turns."""

    def __init__(self, compiled: Any, model: Backend, *, path: Path, library: str) -> None:
        """Takes what was compiled, and the same file as an interpreter reads it."""
        self._compiled, self._path = compiled, path
        self.library, self.notes = library, model.notes
        self.input, self.output = model.input, model.output
        self._given, self._found = compiled.create_input_buffers(0), compiled.create_output_buffers(0)
        self._turn = threading.Lock()

    def probabilities(self, pixels: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
        """What the file gives, shape (n, classes), for values of shape (n, height, width, channels)."""
        stored = as_stored(quantize_input(pixels, self.input), self.input)
        return in_fixed_batches(self._run, stored, self.input.shape[0] or 1)

    def _run(self, stored: NDArray[Any]) -> NDArray[np.float32]:
        count = len(stored) * int(self.output.shape[-1] or 1)
        try:
            with self._turn:
                self._given[0].write(np.ascontiguousarray(stored))
                self._compiled.run_by_index(0, self._given, self._found)
                found = self._found[0].read(count, np.dtype(self.output.dtype).type)
        except (RuntimeError, ValueError) as error:
            raise EdgewrightError(f"{self._path} cannot be run by {self.library}: {_in_a_line(error)}") from error
        return dequantize_output(np.asarray(found), self.output).reshape(len(stored), -1)


def on_gpu(model: Backend, data: bytes, *, path: Path, hardware: str = "GPU") -> GpuModel:
    """The file compiled for the GPU.

    Args:
        model: the same file, which an interpreter has read without complaint: LiteRT's compiler dies of damaged ones.
        data: its content.
        path: of it, for messages.
        hardware: `GPU`; another name of LiteRT's table of accelerators tries what needs no GPU.

    Raises:
        MissingDependencyError: there is no ai-edge-litert that can, or no GPU that it finds.
        EdgewrightError: the GPU does not run all of the model, or this is a processor that the accelerator would kill.
    """
    if lacks_lse_atomics(flags_here()):
        raise EdgewrightError(
            "LiteRT's GPU accelerator uses atomic instructions of ARMv8.1 (LSE), which this processor does not have: "
            "it would end the process; run the model without --delegate gpu"
        )
    compiler = import_optional("ai_edge_litert.compiled_model", package="ai-edge-litert", extra="pi", purpose=_PURPOSE)
    table = import_optional(
        "ai_edge_litert.hardware_accelerator", package="ai-edge-litert", extra="pi", purpose=_PURPOSE
    )
    try:
        compiled = compiler.CompiledModel.from_buffer(data, hardware_accel=getattr(table.HardwareAccelerator, hardware))
        is_whole = compiled.is_fully_accelerated()
    except (RuntimeError, ValueError) as error:
        # What LiteRT made lives in the frames that failed, and would be told of when it goes, long after this block.
        traceback.clear_frames(error.__traceback__)
        why = _reason(error)
        raise MissingDependencyError(
            f"{_PURPOSE} needs a GPU that LiteRT can use, and it finds none here or cannot run {path} on it"
            f"{f' ({why})' if why else ''}; with --debug it says more"
        ) from error
    if hardware == "GPU" and not is_whole:
        raise EdgewrightError(f"The GPU runs only a part of {path}, the rest would run on the processor")
    return GpuModel(compiled, model, path=path, library=f"{model.library} on the {hardware}")


def _reason(error: Exception) -> str:
    """What the error says besides places in LiteRT's own source; often nothing."""
    return " ".join(_PLACE.sub(" ", str(error)).split())


def _in_a_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
