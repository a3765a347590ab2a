"""One engine on the GPU: what its threads share, and what each of them has to itself.

Sources: TensorRT developer guide, "Thread Safety" (an execution context serves one thread at a time; an engine serves
several contexts) and "CUDA Graphs" (after a change of shapes one plain run before recording).
"""

from __future__ import annotations

import contextlib
import threading
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import EdgewrightError
from ..base import Tensor
from .driver import CudaDriver, CudaError
from .graph import CudaGraph, CudaGraphs

if TYPE_CHECKING:
    import tensorrt as trt

PROFILE = 0
_STEADY = 2
"""Runs of one batch size after which its work is recorded: the first of them settles what depends on shapes."""

_SHARED_PROFILES = 10
"""Major version of TensorRT from which contexts may share an optimization profile whose shapes are free."""

_DTYPES = {"FLOAT": "float32", "HALF": "float16", "UINT8": "uint8"}
"""By the names of TensorRT's data types; its own table of numpy types does not load with numpy >= 1.24 before 10."""


class OnGpu:
    """An engine, the primary CUDA context that it lives in, and its execution contexts.

    There are as many execution contexts as threads ever ran at once; a thread takes one that is idle, or makes one.

    Attributes:
        input: the pixels' tensor, shape (None, height, width, channels).
        output: the probabilities' tensor, shape (None, classes).
        batch: least and greatest batch size of the profile.
    """

    def __init__(self, module: Any, driver: CudaDriver, data: bytes) -> None:
        """Raises ValueError where the data are no engine or no image classifier, and what the driver raises."""
        self._driver = driver
        self._primary = driver.retain_primary_context()
        self._idle: list[Execution] = []
        self._lock = threading.Lock()
        try:
            with driver.current(self._primary):
                self._deserialise(module, data)
                self._idle.append(Execution(driver, self._engine, self))
        except BaseException as error:
            traceback.clear_frames(error.__traceback__)  # they hold the engine, which must go before its context
            self.close()
            raise
        several = self.batch[0] == self.batch[1] or _major(module.__version__) >= _SHARED_PROFILES
        self._one_at_a_time = contextlib.nullcontext() if several or _is_rtx(module) else threading.Lock()

    def _deserialise(self, module: Any, data: bytes) -> None:
        self._logger = module.Logger(module.Logger.ERROR)
        self._runtime: trt.Runtime = module.Runtime(self._logger)
        engine: trt.ICudaEngine | None = self._runtime.deserialize_cuda_engine(data)
        if engine is None:
            raise ValueError("TensorRT refuses to deserialise it (the lines above, with --debug, say why)")
        self._engine = engine
        self.input, self.output = _only_tensors(module, engine)
        least, _, greatest = engine.get_tensor_profile_shape(self.input.name, PROFILE)
        self.batch = (int(least[0]), int(greatest[0]))
        self.image = _sizes(greatest)[1:]

    def run(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """The outputs of one batch that fits the profile; threads may call it at once."""
        refusals: tuple[type[Exception], ...] = (MemoryError, *self._driver.errors)
        try:
            with self._one_at_a_time, self._driver.current(self._primary), self._execution() as execution:
                return execution.run(images)
        except refusals as error:
            raise EdgewrightError(f"The GPU could not run the engine: {error}") from error

    @property
    def why_no_graph(self) -> str | None:
        """Why CUDA could not record a run as a graph; None where it could, or was not asked yet."""
        return next((each.why_no_graph for each in self._idle if each.why_no_graph is not None), None)

    @contextlib.contextmanager
    def _execution(self) -> Iterator[Execution]:
        with self._lock:
            execution = self._idle.pop() if self._idle else None
        if execution is None:
            execution = Execution(self._driver, self._engine, self)
        try:
            yield execution
        finally:
            with self._lock:
                self._idle.append(execution)

    def close(self) -> None:
        """Gives everything back, last made first; no thread may be running it."""
        with self._driver.current(self._primary):
            while self._idle:
                self._idle.pop().close()
            for name in ("_engine", "_runtime"):
                vars(self).pop(name, None)  # neither is there where loading failed
        self._driver.release_primary_context(self._primary)
        del self._primary


class Execution:
    """An execution context with its stream and memory: what one thread at a time runs an engine with.

    Everything is called with the primary context current.

    Attributes:
        why_no_graph: why CUDA could not record a run; None where it could, or was not asked yet.
    """

    def __init__(self, driver: CudaDriver, engine: trt.ICudaEngine, of: OnGpu) -> None:
        self._driver, self._input, self._output = driver, of.input, of.output
        context: trt.IExecutionContext | None = engine.create_execution_context()  # starts with profile 0
        if context is None:
            raise MemoryError("no execution context could be made; the GPU's memory may be too small")
        self._context = context
        with contextlib.ExitStack() as held:  # where one of these cannot be had, those before are given back
            self._stream = driver.new_stream()
            held.callback(driver.free_stream, self._stream)
            self._pixels = self._buffers(held, of.input, of.batch[1], of.image)
            self._answers = self._buffers(held, of.output, of.batch[1], of.output.shape[1:])
            self._held = held.pop_all()
        self._count, self._runs = 0, 0
        self._graph: CudaGraph | None = None
        self.why_no_graph: str | None = None

    def _buffers(
        self, held: contextlib.ExitStack, tensor: Tensor, count: int, shape: tuple[int | None, ...]
    ) -> tuple[NDArray[Any], Any]:
        """Page-locked memory and GPU memory for the greatest batch; TensorRT is told where the latter lies."""
        sizes = tuple(int(size or 0) for size in shape)
        host = self._driver.pinned((count, *sizes), np.dtype(tensor.dtype))
        held.callback(self._driver.free_pinned, host)
        device = self._driver.allocate(host.nbytes)
        held.callback(self._driver.free, device)
        if not self._context.set_tensor_address(tensor.name, self._driver.address(device)):
            raise ValueError(f"TensorRT refuses memory for {tensor.name}")
        return host, device

    def run(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """The outputs of one batch that fits the profile."""
        count = len(images)
        if count != self._count:
            self._set_count(images.shape)
        np.copyto(self._pixels[0][:count], images)
        if self._graph is not None:
            self._graph.launch(self._driver.stream_handle(self._stream))
        else:
            self._enqueue()
        self._driver.synchronise(self._stream)
        answers = np.array(self._answers[0][:count], np.float32)
        self._runs += 1
        if self._runs == _STEADY and self.why_no_graph is None:
            self._record()
        return answers

    def _set_count(self, shape: tuple[int, ...]) -> None:
        """Another batch size: what was recorded is of no use any more."""
        self._drop_graph()
        if not self._context.set_input_shape(self._input.name, shape):
            raise EdgewrightError(f"TensorRT refuses a batch of {shape[0]} images of shape {shape[1:]}")
        self._count, self._runs = shape[0], 0

    def _enqueue(self) -> None:
        """Pixels to the GPU, the network, and its answers back: all of it asynchronous."""
        (host, device), (made, made_device) = self._pixels, self._answers
        self._driver.to_device(device, host[: self._count], self._stream)
        if not self._context.execute_async_v3(self._driver.stream_handle(self._stream)):
            raise EdgewrightError("TensorRT could not run the engine; run it again with --debug to see why")
        self._driver.to_host(made[: self._count], made_device, self._stream)

    def _record(self) -> None:
        """Records the run of this batch size as a graph; where that cannot be, each run is enqueued as before."""
        refusals: tuple[type[Exception], ...] = (CudaError, EdgewrightError, *self._driver.errors)
        try:
            self._graph = CudaGraphs().recorded(self._driver.stream_handle(self._stream), self._enqueue)
        except refusals as error:
            self.why_no_graph = str(error)

    def _drop_graph(self) -> None:
        if self._graph is not None:
            self._graph.free()
            self._graph = None

    def close(self) -> None:
        """Gives everything back, last made first."""
        self._driver.synchronise(self._stream)
        self._drop_graph()
        del self._context
        self._held.close()
        # With pycuda the last reference gives memory and stream back.
        del self._answers, self._pixels, self._stream


def _major(version: str) -> int:
    return int(version.split(".", maxsplit=1)[0])


def _is_rtx(module: Any) -> bool:
    return bool(module.__name__ == "tensorrt_rtx")


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
