"""Runs engines on an NVIDIA GPU, with tensorrt or tensorrt-rtx as their keys say, and pycuda.

An engine is executable code: it is handed to TensorRT only after its hash, its key and this machine were compared, and
code for the host processor inside it stays forbidden (`Runtime.engine_host_code_allowed` is left False).
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import EdgewrightError, MissingDependencyError
from ...hashing import sha256_of_bytes
from ...optional_imports import import_optional, is_absent, missing
from ...run import manifest
from ..acceleration import LIBRARY_DECIDES, Acceleration
from ..base import Tensor
from .cuda import cuda_driver, first_gpu
from .engine_key import EngineKey, check_content, check_gpu, check_version, key_path, read_key

if TYPE_CHECKING:
    import tensorrt as trt

_PURPOSE = "Running a TensorRT engine"
_PROFILE = 0
_DTYPES = {"FLOAT": "float32", "HALF": "float16", "UINT8": "uint8"}
"""By the names of TensorRT's data types; its own table of numpy types does not load with numpy >= 1.24 before 10."""


@dataclass(frozen=True)
class Library:
    """One of the two libraries that run engines; their interfaces are the same."""

    package: str
    module: str
    extra: str


LIBRARIES = (Library("tensorrt", "tensorrt", "tensorrt"), Library("tensorrt-rtx", "tensorrt_rtx", "rtx-run"))


def load(path: Path, *, threads: int | None, acceleration: Acceleration = LIBRARY_DECIDES) -> TensorRtModel:  # noqa: ARG001 -- an engine runs on the GPU alone
    """The loaded engine.

    Raises:
        MissingDependencyError: the engine's library or pycuda is not installed, or there is no GPU here.
        CheckFailedError: the engine is not what its key or the manifest says.
        EdgewrightError: it was built for another version or GPU, or does not load.
    """
    key, data = checked_engine(path)
    module, extra = _library_of(path, key)
    check_version(path, key, module.__version__)
    driver = cuda_driver(extra=extra, purpose=_PURPOSE)
    gpu = first_gpu(driver)
    check_gpu(path, key, gpu)
    try:
        on_gpu = _on_gpu(module, driver, data)
    except (ValueError, MemoryError, driver.Error) as error:
        raise EdgewrightError(f"{path} is no engine that {key.library} {key.library_version} runs: {error}") from error
    return TensorRtModel(on_gpu, library=f"{key.library} {key.library_version} on {gpu.name}")


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
    """An engine on the GPU.

    Attributes:
        library: the library with its version, and the GPU.
        input: the pixels' tensor, shape (None, height, width, channels).
        output: the probabilities' tensor, shape (None, classes).
    """

    notes: tuple[str, ...] = ()

    def __init__(self, on_gpu: OnGpu, *, library: str) -> None:
        self._on_gpu = on_gpu
        self.library = library
        self.input, self.output = on_gpu.input, on_gpu.output
        # Runs at the latest before the interpreter ends, while the CUDA driver is still there.
        self._finalizer = weakref.finalize(self, on_gpu.close)

    def probabilities(self, pixels: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
        """What the file gives, shape (n, classes), for values of shape (n, height, width, channels)."""
        stored = pixels.astype(self.input.dtype, copy=False)
        least, greatest = self._on_gpu.batch
        chunks = in_profile(len(stored), least=least, greatest=greatest)
        return np.concatenate([self._on_gpu.run(_padded(stored[part], least))[: len(stored[part])] for part in chunks])

    def close(self) -> None:
        """Frees the GPU's memory; the model cannot be used afterwards."""
        self._finalizer()


def in_profile(count: int, *, least: int, greatest: int) -> list[slice]:
    """Which images go together, so that every batch fits the profile and only the last may need padding to `least`."""
    if not 1 <= least <= greatest:
        raise ValueError(f"its optimization profile has the batch sizes {least} to {greatest}")
    return [slice(start, min(start + greatest, count)) for start in range(0, count, greatest)]


def _padded(images: NDArray[Any], least: int) -> NDArray[Any]:
    missing_images = max(0, least - len(images))
    return np.concatenate([images, np.zeros((missing_images, *images.shape[1:]), images.dtype)])


class OnGpu:
    """Everything of one engine that holds GPU memory, and the primary CUDA context that it lives in."""

    def __init__(self, module: Any, driver: Any, primary: Any, data: bytes) -> None:
        """Called with `primary` current; raises ValueError where the engine is no image classifier."""
        self._driver = driver
        self._primary = primary
        self._logger = module.Logger(module.Logger.ERROR)
        self._runtime: trt.Runtime = module.Runtime(self._logger)
        engine: trt.ICudaEngine | None = self._runtime.deserialize_cuda_engine(data)
        if engine is None:
            raise ValueError("TensorRT refuses to deserialise it (the lines above, with --debug, say why)")
        self._engine = engine
        self.input, self.output = _only_tensors(module, engine)
        least, _, greatest = engine.get_tensor_profile_shape(self.input.name, _PROFILE)
        self.batch = (int(least[0]), int(greatest[0]))
        self._context = self._new_context(engine)
        self._stream = driver.Stream()
        self._pixels = self._buffers(self.input, _sizes(greatest)[1:])
        self._answers = self._buffers(self.output, self.output.shape[1:])

    def run(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """The outputs of one batch that fits the profile."""
        count, (host, device), (made, made_device) = len(images), self._pixels, self._answers
        with current(self._driver, self._primary):
            if not self._context.set_input_shape(self.input.name, images.shape):
                raise EdgewrightError(f"TensorRT refuses a batch of {count} images of shape {images.shape[1:]}")
            np.copyto(host[:count], images)
            self._driver.memcpy_htod_async(device, host[:count], self._stream)
            if not self._context.execute_async_v3(self._stream.handle):
                raise EdgewrightError("TensorRT could not run the engine; run it again with --debug to see why")
            self._driver.memcpy_dtoh_async(made[:count], made_device, self._stream)
            self._stream.synchronize()
        return np.array(made[:count], np.float32)

    def close(self) -> None:
        """Gives everything back, last made first."""
        with current(self._driver, self._primary):
            self._stream.synchronize()
            for _, device in (self._pixels, self._answers):
                device.free()
            del self._pixels, self._answers, self._stream, self._context, self._engine, self._runtime
        del self._primary

    def _new_context(self, engine: trt.ICudaEngine) -> trt.IExecutionContext:
        context: trt.IExecutionContext | None = engine.create_execution_context()  # starts with profile 0
        if context is None:
            raise MemoryError("no execution context could be made; the GPU's memory may be too small")
        return context

    def _buffers(self, tensor: Tensor, shape: tuple[int | None, ...]) -> tuple[Any, Any]:
        """Page-locked memory and GPU memory for the greatest batch; TensorRT is told where the latter lies."""
        host = self._driver.pagelocked_empty((self.batch[1], *shape), np.dtype(tensor.dtype))
        device = self._driver.mem_alloc(host.nbytes)
        if not self._context.set_tensor_address(tensor.name, int(device)):
            raise ValueError(f"TensorRT refuses memory for {tensor.name}")
        return host, device


def _on_gpu(module: Any, driver: Any, data: bytes) -> OnGpu:
    # The primary context is the one that TensorRT's own CUDA calls use.
    primary = driver.Device(0).retain_primary_context()
    with current(driver, primary):
        return OnGpu(module, driver, primary, data)


@contextlib.contextmanager
def current(driver: Any, context: Any) -> Iterator[None]:
    """Makes the context current meanwhile: none is left on pycuda's stack, which must be empty when Python ends."""
    context.push()
    try:
        yield
    finally:
        driver.Context.pop()


def _only_tensors(module: Any, engine: trt.ICudaEngine) -> tuple[Tensor, Tensor]:
    """The input and the output."""
    names = [engine.get_tensor_name(index) for index in range(engine.num_io_tensors)]
    inputs = [name for name in names if engine.get_tensor_mode(name) == module.TensorIOMode.INPUT]
    outputs = [name for name in names if name not in inputs]
    if len(inputs) != 1 or len(outputs) != 1:
        raise ValueError(f"it has {len(inputs)} inputs and {len(outputs)} outputs, an image classifier has one of each")
    return _tensor(engine, inputs[0]), _tensor(engine, outputs[0])


def _tensor(engine: trt.ICudaEngine, name: str) -> Tensor:
    dtype = engine.get_tensor_dtype(name).name
    if dtype not in _DTYPES:
        raise ValueError(f"its tensor {name} is of type {dtype}")
    shape = tuple(None if size < 0 else size for size in _sizes(engine.get_tensor_shape(name)))
    return Tensor(name, shape, _DTYPES[dtype])


def _sizes(dims: trt.Dims) -> tuple[int, ...]:
    return tuple(int(dims[axis]) for axis in range(len(dims)))
