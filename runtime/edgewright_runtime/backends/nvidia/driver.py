"""What is needed of CUDA, whichever Python package gives it: memory, copies and streams of the first GPU."""

from __future__ import annotations

import contextlib
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .engine_key import Gpu


class CudaError(Exception):
    """CUDA refused a call; the message has its own words."""


class CudaDriver(Protocol):
    """CUDA's driver. Contexts, streams and memory are whatever its package has for them.

    Attributes:
        name: the package with its version, such as `pycuda 2026.1`.
        errors: what its calls raise.
    """

    name: str
    errors: tuple[type[Exception], ...]

    def gpu(self) -> Gpu:
        """The first GPU; CUDA_VISIBLE_DEVICES chooses among several."""
        ...

    def retain_primary_context(self) -> Any:
        """The context that CUDA's runtime, and TensorRT's own calls, use on that GPU; to be released once."""
        ...

    def release_primary_context(self, context: Any) -> None:
        """Gives it back; it must not be current."""
        ...

    def current(self, context: Any) -> contextlib.AbstractContextManager[None]:
        """Makes the context that of this thread meanwhile. Everything below is to be called so."""
        ...

    def new_stream(self) -> Any:
        """A stream that does not wait for the default one."""
        ...

    def stream_handle(self, stream: Any) -> int:
        """Its handle, as TensorRT takes it."""
        ...

    def synchronise(self, stream: Any) -> None:
        """Waits until all of its work is done."""
        ...

    def free_stream(self, stream: Any) -> None:
        """Destroys it."""
        ...

    def pinned(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """Page-locked memory of the host, from and to which copies are asynchronous."""
        ...

    def free_pinned(self, array: NDArray[Any]) -> None:
        """Gives it back; the array must not be touched afterwards."""
        ...

    def allocate(self, size_bytes: int) -> Any:
        """Memory of the GPU."""
        ...

    def address(self, memory: Any) -> int:
        """Where it lies, as TensorRT takes it."""
        ...

    def free(self, memory: Any) -> None:
        """Gives it back."""
        ...

    def to_device(self, memory: Any, array: NDArray[Any], stream: Any) -> None:
        """Copies from page-locked memory, asynchronously."""
        ...

    def to_host(self, array: NDArray[Any], memory: Any, stream: Any) -> None:
        """Copies to page-locked memory, asynchronously."""
        ...
