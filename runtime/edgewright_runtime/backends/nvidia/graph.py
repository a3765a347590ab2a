"""CUDA graphs: work recorded once on a stream and launched again as a whole.

Called in CUDA's own driver library, for pycuda has no graphs, and so that both packages take the same way.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Callable
from typing import Any

from .driver import CudaError

_THREAD_LOCAL = 1
"""CU_STREAM_CAPTURE_MODE_THREAD_LOCAL: what other threads do meanwhile does not spoil the recording."""

_LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"

_SIGNATURES: dict[str, list[Any]] = {
    "cuStreamBeginCapture_v2": [ctypes.c_void_p, ctypes.c_int],
    "cuStreamEndCapture": [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p)],
    "cuGraphInstantiateWithFlags": [ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p, ctypes.c_ulonglong],
    "cuGraphLaunch": [ctypes.c_void_p, ctypes.c_void_p],
    "cuGraphExecDestroy": [ctypes.c_void_p],
    "cuGraphDestroy": [ctypes.c_void_p],
}
"""Of cuda.h since CUDA 11.4, which TensorRT 8.5 needs at least."""


class CudaGraphs:
    """The functions that make graphs, of the driver library that the process has loaded already."""

    def __init__(self, library: str = _LIBRARY) -> None:
        """Raises CudaError where the library is not there or too old."""
        try:
            self._library = ctypes.CDLL(library)
            for name, arguments in _SIGNATURES.items():
                function = getattr(self._library, name)
                function.argtypes, function.restype = arguments, ctypes.c_int
        except (OSError, AttributeError) as error:
            raise CudaError(f"CUDA graphs are not to be had here ({error})") from error

    def recorded(self, stream: int, work: Callable[[], None]) -> CudaGraph:
        """The graph of what `work` enqueues on the stream, which does not run meanwhile.

        Args:
            stream: its handle; not the default stream, which cannot be recorded.
            work: enqueues on that stream alone, and waits for nothing.

        Raises:
            CudaError: something in it cannot be recorded.
        """
        self.call("cuStreamBeginCapture_v2", stream, _THREAD_LOCAL)
        graph = ctypes.c_void_p()
        try:
            work()
        finally:
            # Always: a stream that is left recording can do nothing else.
            status = self._library.cuStreamEndCapture(stream, ctypes.byref(graph))
            if sys.exc_info()[0] is not None and graph:
                self._library.cuGraphDestroy(graph)
        if status != 0 or not graph:
            raise CudaError(f"cuStreamEndCapture: status {status}")
        executable = ctypes.c_void_p()
        try:
            self.call("cuGraphInstantiateWithFlags", ctypes.byref(executable), graph, 0)
        finally:
            self.call("cuGraphDestroy", graph)
        return CudaGraph(self, executable)

    def call(self, name: str, *arguments: Any) -> None:
        """Calls one of the functions; raises CudaError where its status is an error."""
        status = getattr(self._library, name)(*arguments)
        if status != 0:
            raise CudaError(f"{name}: status {status}")


class CudaGraph:
    """A graph that can be launched."""

    def __init__(self, graphs: CudaGraphs, executable: ctypes.c_void_p) -> None:
        self._graphs, self._executable = graphs, executable

    def launch(self, stream: int) -> None:
        """Enqueues all of its work on the stream of that handle."""
        self._graphs.call("cuGraphLaunch", self._executable, stream)

    def free(self) -> None:
        """Gives it back; none of its work may be under way."""
        self._graphs.call("cuGraphExecDestroy", self._executable)
