"""Runs engines on an NVIDIA GPU, with tensorrt or tensorrt-rtx as their keys say, through pycuda or cuda-python.

An engine is executable code: it is handed to TensorRT only after its hash, its key and this machine were compared, and
code for the host processor inside it stays forbidden (`Runtime.engine_host_code_allowed` is left False).
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import EdgewrightError, MissingDependencyError
from ...hashing import sha256_of_bytes
from ...optional_imports import import_optional, is_absent, missing
from ...run import manifest
from .cuda import cuda_driver, first_gpu
from .driver import CudaDriver
from .engine_key import EngineKey, Gpu, check_content, check_gpu, check_version, key_path, read_key
from .execution import OnGpu

_PURPOSE = "Running a TensorRT engine"


@dataclass(frozen=True)
class Library:
    """One of the two libraries that run engines; their interfaces are the same."""

    package: str
    module: str
    extra: str


LIBRARIES = (Library("tensorrt", "tensorrt", "tensorrt"), Library("tensorrt-rtx", "tensorrt_rtx", "rtx-run"))


def load(path: Path, *, threads: int | None) -> TensorRtModel:  # noqa: ARG001 -- the GPU has no threads to limit
    """The loaded engine.

    Raises:
        MissingDependencyError: the engine's library, or pycuda and cuda-python, are not installed, or there is no GPU.
        CheckFailedError: the engine is not what its key or the manifest says.
        OtherMachineError: it was built for another version or GPU.
        EdgewrightError: it does not load.
    """
    key, data = checked_engine(path)
    module, driver, gpu = _machine_for(path, key)
    refusals: tuple[type[Exception], ...] = (ValueError, MemoryError, *driver.errors)
    try:
        on_gpu = OnGpu(module, driver, data)
    except refusals as error:
        raise EdgewrightError(f"{path} is no engine that {key.library} {key.library_version} runs: {error}") from error
    return TensorRtModel(on_gpu, library=f"{key.library} {key.library_version} on {gpu.name} through {driver.name}")


def why_not_here(path: Path) -> EdgewrightError | None:
    """Why this machine does not run the engine, by its key alone; None where it does."""
    try:
        key, _ = read_key(path)
        _machine_for(path, key)
    except EdgewrightError as error:
        return error
    return None


def _machine_for(path: Path, key: EngineKey) -> tuple[Any, CudaDriver, Gpu]:
    """The library's module, CUDA's driver and the GPU, which are those that the engine was built for."""
    module, extra = _library_of(path, key)
    check_version(path, key, module.__version__)
    driver = cuda_driver(extra=extra, purpose=_PURPOSE)
    gpu = first_gpu(driver)
    check_gpu(path, key, gpu)
    return module, driver, gpu


def checked_engine(path: Path) -> tuple[EngineKey, bytes]:
    """The engine's key and its content, compared with each other and with the manifest.

    Raises:
        CheckFailedError: one is not what the others say.
        EdgewrightError: the key is missing or malformed, or the engine cannot be read.
    """
    manifest.verify(key_path(path))
    key, expected = read_key(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EdgewrightError(f"Cannot read {path}: {error.strerror or error}") from error
    # The bytes that were hashed are those that are loaded, so that nothing can come between.
    check_content(path, sha256_of_bytes(data), expected=expected)
    manifest.verify(path)
    return key, data


def _library_of(path: Path, key: EngineKey) -> tuple[Any, str]:
    """The module that runs the engine, and the extra that brings it."""
    library = next((each for each in LIBRARIES if each.package == key.library), None)
    if library is None:
        known = " or ".join(each.package for each in LIBRARIES)
        raise EdgewrightError(f"{key_path(path)} names the library {key.library!r}; an engine's is {known}")
    # Asked first: a folder of type stubs alone can be imported too.
    if is_absent(library.package):
        raise MissingDependencyError(missing(package=library.package, extra=library.extra, purpose=_PURPOSE))
    module = import_optional(library.module, package=library.package, extra=library.extra, purpose=_PURPOSE)
    return module, library.extra


class TensorRtModel:
    """An engine on the GPU. Threads may share it, and run it at once.

    Attributes:
        library: the library with its version, the GPU and the package that reaches it.
        input: the pixels' tensor, shape (None, height, width, channels).
        output: the probabilities' tensor, shape (None, classes).
    """

    def __init__(self, on_gpu: OnGpu, *, library: str) -> None:
        self._on_gpu = on_gpu
        self.library = library
        self.input, self.output = on_gpu.input, on_gpu.output
        # Runs at the latest before the interpreter ends, while the CUDA driver is still there.
        self._finalizer = weakref.finalize(self, on_gpu.close)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of how it runs, one sentence each."""
        why = self._on_gpu.why_no_graph
        return () if why is None else (f"CUDA cannot record the engine as a graph ({why}): every run is enqueued anew",)

    def probabilities(self, pixels: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
        """What the file gives, shape (n, classes), for values of shape (n, height, width, channels)."""
        stored = pixels.astype(self.input.dtype, copy=False)
        least, greatest = self._on_gpu.batch
        chunks = in_profile(len(stored), least=least, greatest=greatest)
        return np.concatenate([self._on_gpu.run(_padded(stored[part], least))[: len(stored[part])] for part in chunks])

    def close(self) -> None:
        """Frees the GPU's memory; the model cannot be used afterwards. No thread may be running it."""
        self._finalizer()


def in_profile(count: int, *, least: int, greatest: int) -> list[slice]:
    """Which images go together, so that every batch fits the profile and only the last may need padding to `least`."""
    if not 1 <= least <= greatest:
        raise ValueError(f"its optimization profile has the batch sizes {least} to {greatest}")
    return [slice(start, min(start + greatest, count)) for start in range(0, count, greatest)]


def _padded(images: NDArray[Any], least: int) -> NDArray[Any]:
    missing_images = max(0, least - len(images))
    return np.concatenate([images, np.zeros((missing_images, *images.shape[1:]), images.dtype)])
