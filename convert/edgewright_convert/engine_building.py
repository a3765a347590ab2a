"""From an ONNX file to a serialised engine: the steps that tensorrt and tensorrt-rtx share.

Both libraries have the same interface, so the module itself is handed in.
"""

from __future__ import annotations

from typing import Any

from edgewright_runtime.errors import EdgewrightError

from .options import BatchProfile

_IMPORTANT = ("ERROR", "INTERNAL_ERROR")


class BuilderMessages:
    """What the builder said, kept for the sentence that tells why a build failed."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def reason(self) -> str:
        """The last error in one line, or a sentence that there was none."""
        if not self.errors:
            return "the builder gave no reason"
        return " ".join(self.errors[-1].split())


def logger_for(library: Any) -> tuple[Any, BuilderMessages]:
    """A logger of that library, and where its errors go."""
    messages = BuilderMessages()

    class _Logger(library.ILogger):  # type: ignore[misc]
        def __init__(self) -> None:
            library.ILogger.__init__(self)

        def log(self, severity: Any, message: str) -> None:
            if any(severity == getattr(library.ILogger, name) for name in _IMPORTANT):
                messages.errors.append(message)

    return _Logger(), messages


def parse_network(library: Any, builder: Any, logger: Any, onnx_file: bytes, *, network_flags: int) -> Any:
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


def add_batch_profile(builder: Any, network: Any, config: Any, batch: BatchProfile) -> None:
    """Adds the optimization profile of the network's one input.

    Raises:
        EdgewrightError: TensorRT refuses the sizes.
    """
    pixels = network.get_input(0)
    image = tuple(pixels.shape)[1:]
    profile = builder.create_optimization_profile()
    profile.set_shape(pixels.name, (batch.min, *image), (batch.opt, *image), (batch.max, *image))
    if config.add_optimization_profile(profile) < 0:
        raise EdgewrightError(f"TensorRT refuses the batch sizes {batch.min}, {batch.opt}, {batch.max}")


def set_workspace(library: Any, config: Any, workspace_mb: int | None) -> None:
    """Limits the GPU memory that the builder may use."""
    if workspace_mb is not None:
        config.set_memory_pool_limit(library.MemoryPoolType.WORKSPACE, workspace_mb << 20)


def serialised_engine(builder: Any, network: Any, config: Any, messages: BuilderMessages) -> bytes:
    """The engine.

    Raises:
        EdgewrightError: it cannot be built; the sentence has TensorRT's own reason.
    """
    engine = builder.build_serialized_network(network, config)
    if engine is None:
        raise EdgewrightError(f"TensorRT cannot build the engine: {messages.reason()}")
    return bytes(engine)
