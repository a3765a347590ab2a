"""CUDA's driver through NVIDIA's own cuda-python, for machines on which pycuda cannot be built."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import MissingDependencyError
from ...optional_imports import import_optional, version_of
from .driver import CudaError
from .engine_key import Gpu

PACKAGES = ("cuda-bindings", "cuda-python")
"""Distributions that bring it: since 12.6 the former, which the latter names; before, the latter itself."""

_MODULES = ("cuda.bindings.driver", "cuda.cuda")
_NAME_LENGTH = 256
_NON_BLOCKING = 1
"""CU_STREAM_NON_BLOCKING."""


class CudaPythonDriver:
    """cuda-python's driver, initialised; see `CudaDriver`. Each of its calls gives a status, then what it was asked."""

    def __init__(self, module: Any) -> None:
        self._cuda = module
        self.name = next(f"{each} {version_of(each)}" for each in PACKAGES if version_of(each) is not None)
        self.errors: tuple[type[Exception], ...] = (CudaError,)
        self._device = self._call("cuDeviceGet", 0)

    def _call(self, name: str, *arguments: Any) -> Any:
        return called(self._cuda, name, *arguments)

    def gpu(self) -> Gpu:
        """The first GPU; CUDA_VISIBLE_DEVICES chooses among several."""
        name = bytes(self._call("cuDeviceGetName", _NAME_LENGTH, self._device)).split(b"\0")[0].decode()
        kinds = self._cuda.CUdevice_attribute
        major, minor = (
            self._call("cuDeviceGetAttribute", kind, self._device)
            for kind in (
                kinds.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR,
                kinds.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR,
            )
        )
        return Gpu(name, f"{major}.{minor}")

    def retain_primary_context(self) -> Any:
        """The context that CUDA's runtime, and TensorRT's own calls, use on that GPU; to be released once."""
        return self._call("cuDevicePrimaryCtxRetain", self._device)

    def release_primary_context(self, context: Any) -> None:  # noqa: ARG002 -- it is the device's
        """Gives it back; it must not be current."""
        self._call("cuDevicePrimaryCtxRelease", self._device)

    @contextlib.contextmanager
    def current(self, context: Any) -> Iterator[None]:
        """Makes the context that of this thread meanwhile. Everything below is to be called so."""
        self._call("cuCtxPushCurrent", context)
        try:
            yield
        finally:
            self._call("cuCtxPopCurrent")

    def new_stream(self) -> Any:
        """A stream that does not wait for the default one."""
        return self._call("cuStreamCreate", _NON_BLOCKING)

    def stream_handle(self, stream: Any) -> int:
        """Its handle, as TensorRT takes it."""
        return int(stream)

    def synchronise(self, stream: Any) -> None:
        """Waits until all of its work is done."""
        self._call("cuStreamSynchronize", stream)

    def free_stream(self, stream: Any) -> None:
        """Destroys it."""
        self._call("cuStreamDestroy", stream)

    def pinned(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Page-locked memory of the host, from and to which copies are asynchronous."""
        size = int(np.prod(shape)) * dtype.itemsize
        start = int(self._call("cuMemHostAlloc", size, 0))
        array: NDArray[Any] = (
            np.ctypeslib.as_array((ctypes.c_byte * size).from_address(start)).view(dtype).reshape(shape)
        )
        return array

    def free_pinned(self, array: NDArray[Any]) -> None:
        """Gives it back; the array must not be touched afterwards."""
        self._call("cuMemFreeHost", array.ctypes.data)

    def allocate(self, size_bytes: int) -> Any:
        """Memory of the GPU."""
        return self._call("cuMemAlloc", size_bytes)

    def address(self, memory: Any) -> int:
        """Where it lies, as TensorRT takes it."""
        return int(memory)

    def free(self, memory: Any) -> None:
        """Gives it back."""
        self._call("cuMemFree", memory)

    def to_device(self, memory: Any, array: NDArray[Any], stream: Any) -> None:
        """Copies from page-locked memory, asynchronously."""
        self._call("cuMemcpyHtoDAsync", memory, array.ctypes.data, array.nbytes, stream)

    def to_host(self, array: NDArray[Any], memory: Any, stream: Any) -> None:
        """Copies to page-locked memory, asynchronously."""
        self._call("cuMemcpyDtoHAsync", array.ctypes.data, memory, array.nbytes, stream)


def called(module: Any, name: str, *arguments: Any) -> Any:
    """What a function of cuda-python gives behind its status; None where that is all.

    Raises:
        CudaError: its status is an error.
    """
    status, *found = getattr(module, name)(*arguments)
    if int(status) != 0:
        raise CudaError(f"{name}: {getattr(status, 'name', status)}")
    return found[0] if found else None


def cuda_python_driver(*, extra: str, purpose: str) -> CudaPythonDriver:
    """cuda-python's driver.

    Raises:
        MissingDependencyError: cuda-python is not installed, or there is no NVIDIA GPU here.
    """
    module = _module(extra, purpose)
    try:
        called(module, "cuInit", 0)
        count = called(module, "cuDeviceGetCount")
    except (CudaError, RuntimeError) as error:  # RuntimeError where it finds no libcuda to load
        raise MissingDependencyError(f"{purpose} needs an NVIDIA GPU, and CUDA finds none here ({error})") from error
    if count == 0:
        raise MissingDependencyError(f"{purpose} needs an NVIDIA GPU, and CUDA finds none here")
    return CudaPythonDriver(module)


def _module(extra: str, purpose: str) -> Any:
    try:
        return import_optional(_MODULES[0], package=PACKAGES[0], extra=extra, purpose=purpose)
    except MissingDependencyError:
        return import_optional(_MODULES[1], package=PACKAGES[1], extra=extra, purpose=purpose)
