"""From an ONNX file to a serialised engine: the steps that tensorrt and tensorrt-rtx share.

Both libraries have the same interface, so the module itself is handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from edgewright_runtime.backends.nvidia.engine_key import EngineKey
from edgewright_runtime.errors import EdgewrightError

from ..options import BatchProfile
from .progress import BuildProgress, progress_monitor

if TYPE_CHECKING:
    import tensorrt as trt

    class TensorRt(Protocol):
        """What both modules have, as far as it is used here."""

        @property
        def ILogger(self) -> type[trt.ILogger]: ...  # noqa: D102, N802
        @property
        def OnnxParser(self) -> type[trt.OnnxParser]: ...  # noqa: D102, N802
        @property
        def Dims(self) -> type[trt.Dims]: ...  # noqa: D102, N802
        @property
        def MemoryPoolType(self) -> type[trt.MemoryPoolType]: ...  # noqa: D102, N802


_IMPORTANT = ("ERROR", "INTERNAL_ERROR")


@dataclass(frozen=True)
class Engine:
    """A built engine.

    Attributes:
        data: its file's content.
        key: what tells it from others.
        timing_cache: what the builder measured, to build faster next time; empty where the library keeps none.
    """

    data: bytes
    key: EngineKey
    timing_cache: bytes = b""


class BuilderMessages:
    """What the builder said, kept for the sentence that tells why a build failed."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def reason(self) -> str:
        """The last error in one line, or a sentence that there was none."""
        if not self.errors:
            return "the builder gave no reason"
        return " ".join(self.errors[-1].split())


@cache
def logger_for(library: TensorRt) -> tuple[Any, BuilderMessages]:
    """The one logger of that library, and where its errors go.

    TensorRT keeps the first logger of a process and ignores every later one.
    """
    messages = BuilderMessages()

    base: Any = library.ILogger

    class _Logger(base):  # type: ignore[misc]
        def __init__(self) -> None:
            base.__init__(self)

        def log(self, severity: Any, message: str) -> None:
            if any(severity == getattr(library.ILogger, name) for name in _IMPORTANT):
                messages.errors.append(message)

    return _Logger(), messages


def parse_network(
    library: TensorRt, builder: trt.Builder, logger: trt.ILogger, onnx_file: bytes, *, network_flags: int
) -> trt.INetworkDefinition:
    """The network in an ONNX file.

    Raises:
        EdgewrightError: the parser refuses it; the sentence names the node.
    """
    network = builder.create_network(network_flags)
    parser = library.OnnxParser(network, logger)
    if not parser.parse(onnx_file):
        raise EdgewrightError(parser_sentence([parser.get_error(i) for i in range(parser.num_errors)]))
    return network


def parser_sentence(errors: list[Any]) -> str:
    """One sentence about the ONNX node that the parser stopped at."""
    if not errors:
        return "TensorRT's ONNX parser refused the file and gave no reason"
    first = errors[0]
    # TensorRT 8 has neither the node's name nor its operator.
    name, operator = getattr(first, "node_name", None), getattr(first, "node_operator", None)
    where = f"{name() or 'without a name'} ({operator() or 'no operator'})" if name and operator else f"{first.node()}"
    return f"TensorRT's ONNX parser stopped at the node {where}: {' '.join(str(first.desc()).split())}"


def add_batch_profile(
    library: TensorRt,
    builder: trt.Builder,
    network: trt.INetworkDefinition,
    config: trt.IBuilderConfig,
    batch: BatchProfile,
) -> None:
    """Adds the optimization profile of the network's one input.

    Raises:
        EdgewrightError: TensorRT refuses the sizes.
    """
    pixels = network.get_input(0)
    image = [pixels.shape[axis] for axis in range(1, len(pixels.shape))]
    least, best, greatest = (library.Dims([size, *image]) for size in (batch.min, batch.opt, batch.max))
    profile = builder.create_optimization_profile()
    profile.set_shape(pixels.name, least, best, greatest)
    if config.add_optimization_profile(profile) < 0:
        raise EdgewrightError(f"TensorRT refuses the batch sizes {batch.min}, {batch.opt}, {batch.max}")


def set_workspace(library: TensorRt, config: trt.IBuilderConfig, workspace_mb: int | None) -> None:
    """Limits the GPU memory that the builder may use."""
    if workspace_mb is not None:
        config.set_memory_pool_limit(library.MemoryPoolType.WORKSPACE, workspace_mb << 20)


def serialised_engine(
    library: TensorRt,
    builder: trt.Builder,
    network: trt.INetworkDefinition,
    config: trt.IBuilderConfig,
    messages: BuilderMessages,
    *,
    on_progress: Callable[[str], None],
) -> bytes:
    """The engine; `on_progress` is called with what the builder is doing, where it can tell.

    Raises:
        EdgewrightError: it cannot be built; the sentence has TensorRT's own reason.
    """
    progress = BuildProgress(on_progress)
    monitor = progress_monitor(library, progress)  # TensorRT does not keep it alive
    if monitor is not None:
        config.progress_monitor = monitor
    engine = builder.build_serialized_network(network, config)
    if progress.interrupted:
        raise KeyboardInterrupt
    if engine is None:
        raise EdgewrightError(f"TensorRT cannot build the engine: {messages.reason()}")
    return bytes(engine)
