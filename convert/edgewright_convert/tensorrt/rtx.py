"""TensorRT-RTX engines, built ahead of time on a machine that needs no GPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorrt_rtx as trt

from edgewright_runtime.backends.nvidia.engine_key import AHEAD_OF_TIME, EngineKey
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_bytes

from ..options import BatchProfile
from .builder import Engine, add_batch_profile, logger_for, parse_network, serialised_engine, set_workspace

_FLAGS = ("STRONGLY_TYPED",)
_NOT_GPUS = frozenset({"NONE", "CURRENT"})


def engine_key(
    onnx_file: bytes,
    *,
    compute_capabilities: Sequence[str],
    batch: BatchProfile,
    workspace_mb: int | None = None,
) -> EngineKey:
    """The key of the engine that `engine_from_onnx` would build from the same."""
    return EngineKey(
        onnx_sha256=sha256_of_bytes(onnx_file),
        library=AHEAD_OF_TIME,
        library_version=trt.__version__,
        devices=tuple(compute_capabilities),
        batch=(batch.min, batch.opt, batch.max),
        flags=_FLAGS,
        workspace_mb=workspace_mb,
    )


def engine_from_onnx(
    onnx_file: bytes,
    *,
    compute_capabilities: Sequence[str],
    batch: BatchProfile,
    workspace_mb: int | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Engine:
    """An engine for GPUs of the given compute capabilities, with its key.

    There is no timing cache: tensorrt-rtx chooses kernels where they run, and its timing cache calls do nothing.

    Args:
        onnx_file: content of an .onnx file; its types are the engine's precision.
        compute_capabilities: such as `8.6` for RTX 30.
        batch: sizes that the engine takes.
        workspace_mb: memory limit while building.
        on_progress: called with what the builder is doing.

    Raises:
        EdgewrightError: a compute capability is unknown, or TensorRT refuses the file.
    """
    targets = [_capability(text) for text in compute_capabilities]
    logger, messages = logger_for(trt)
    messages.errors.clear()
    builder = trt.Builder(logger)
    bits = sum(1 << int(getattr(trt.NetworkDefinitionCreationFlag, name)) for name in _FLAGS)
    network = parse_network(trt, builder, logger, onnx_file, network_flags=bits)
    config = builder.create_builder_config()
    config.num_compute_capabilities = len(targets)
    for index, target in enumerate(targets):
        config.set_compute_capability(target, index)
    add_batch_profile(trt, builder, network, config, batch)
    set_workspace(trt, config, workspace_mb)
    data = serialised_engine(trt, builder, network, config, messages, on_progress=on_progress)
    key = engine_key(onnx_file, compute_capabilities=compute_capabilities, batch=batch, workspace_mb=workspace_mb)
    return Engine(data, key)


def _capability(text: str) -> Any:
    known = {
        f"{name[2:-1]}.{name[-1]}": value
        for name, value in trt.ComputeCapability.__members__.items()
        if name not in _NOT_GPUS
    }
    if text not in known:
        raise EdgewrightError(
            f"tensorrt-rtx {trt.__version__} builds for the compute capabilities {', '.join(known)}, not {text!r}"
        )
    return known[text]
