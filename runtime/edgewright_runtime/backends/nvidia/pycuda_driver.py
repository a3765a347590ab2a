"""CUDA's driver through pycuda."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import MissingDependencyError
from ...optional_imports import import_optional, version_of
from .engine_key import Gpu

_NON_BLOCKING = 1
"""CU_STREAM_NON_BLOCKING: pycuda has no name for it."""


class PycudaDriver:
    """pycuda.driver, initialised; see `CudaDriver`."""

    def __init__(self, module: Any) -> None:
        self._cuda = module
        self.name = f"pycuda {version_of('pycuda')}"
        self.errors: tuple[type[Exception], ...] = (module.Error,)

    def gpu(self) -> Gpu:
        """The first GPU; CUDA_VISIBLE_DEVICES chooses among several."""
        device = self._cuda.Device(0)
        major, minor = device.compute_capability()
        return Gpu(device.name(), f"{major}.{minor}")

    def retain_primary_context(self) -> Any:
        """The context that CUDA's runtime, and TensorRT's own calls, use on that GPU; to be released once."""
        return self._cuda.Device(0).retain_primary_context()

    def release_primary_context(self, context: Any) -> None:
        """Gives it back; it must not be current."""
        # The last reference releases it, and its owner drops that next; to detach it from a thread that did not make it
        # would leave it retained.
        del context

    @contextlib.contextmanager
    def current(self, context: Any) -> Iterator[None]:
        """Makes the context that of this thread meanwhile. Everything below is to be called so."""
        # None may be left on pycuda's own stack of contexts, which must be empty when Python ends.
        context.push()
        try:
            yield
        finally:
            self._cuda.Context.pop()

    def new_stream(self) -> Any:
        """A stream that does not wait for the default one."""
        return self._cuda.Stream(_NON_BLOCKING)

    def stream_handle(self, stream: Any) -> int:
        """Its handle, as TensorRT takes it."""
        return int(stream.handle)

    def synchronise(self, stream: Any) -> None:
        """Waits until all of its work is done."""
        stream.synchronize()

    def free_stream(self, stream: Any) -> None:
        """Nothing: pycuda destroys it with the last reference, which its owner drops while the context is current."""

    def pinned(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Page-locked memory of the host, from and to which copies are asynchronous."""
        array: NDArray[Any] = self._cuda.pagelocked_empty(shape, dtype)
        return array

    def free_pinned(self, array: NDArray[Any]) -> None:
        """Nothing: the array's base frees it, as `free_stream`."""

    def allocate(self, size_bytes: int) -> Any:
        """Memory of the GPU."""
        return self._cuda.mem_alloc(size_bytes)

    def address(self, memory: Any) -> int:
        """Where it lies, as TensorRT takes it."""
        return int(memory)

    def free(self, memory: Any) -> None:
        """Gives it back."""
        memory.free()

    def to_device(self, memory: Any, array: NDArray[Any], stream: Any) -> None:
        """Copies from page-locked memory, asynchronously."""
        self._cuda.memcpy_htod_async(memory, array, stream)

    def to_host(self, array: NDArray[Any], memory: Any, stream: Any) -> None:
        """Copies to page-locked memory, asynchronously."""
        self._cuda.memcpy_dtoh_async(array, memory, stream)


def pycuda_driver(*, extra: str, purpose: str) -> PycudaDriver:
    """Pycuda's driver.

    Raises:
        MissingDependencyError: pycuda is not installed, or there is no NVIDIA GPU here.
    """
    module = import_optional("pycuda.driver", package="pycuda", extra=extra, purpose=purpose)
    try:
        module.init()
        count = module.Device.count()
    except module.Error as error:
        raise MissingDependencyError(f"{purpose} needs an NVIDIA GPU, and CUDA finds none here ({error})") from error
    if count == 0:
        raise MissingDependencyError(f"{purpose} needs an NVIDIA GPU, and CUDA finds none here")
    return PycudaDriver(module)
