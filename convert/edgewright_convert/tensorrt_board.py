"""TensorRT engines, built on the board or GPU that they will run on (TensorRT 8.6, 10 and 11)."""

from __future__ import annotations

from functools import cache
from typing import Any

import tensorrt as trt

from edgewright_runtime.errors import MissingDependencyError
from edgewright_runtime.hashing import sha256_of_bytes

from .engine_building import (
    BuilderMessages,
    add_batch_profile,
    logger_for,
    parse_network,
    serialised_engine,
    set_workspace,
)
from .engine_key import EngineKey
from .options import BatchProfile
from .tensorrt_versions import builder_flags, network_flags

LIBRARY = "tensorrt"


@cache
def _logger() -> tuple[Any, BuilderMessages]:
    # TensorRT keeps the first logger of a process and ignores every later one.
    return logger_for(trt)


def engine_from_onnx(
    onnx_file: bytes, *, precision: str, batch: BatchProfile, workspace_mb: int | None = None
) -> tuple[bytes, EngineKey]:
    """An engine for the GPU in this machine, and its key.

    Args:
        onnx_file: content of an .onnx file of that precision.
        precision: `fp16` or `int8`; only TensorRT before 10.12 has to be told.
        batch: sizes that the engine takes.
        workspace_mb: memory limit while building.

    Raises:
        MissingDependencyError: there is no GPU here.
        EdgewrightError: TensorRT refuses the file.
    """
    logger, messages = _logger()
    messages.errors.clear()
    builder = _builder(logger, messages)
    creation, building = network_flags(trt.__version__), builder_flags(trt.__version__, precision)
    bits = sum(1 << int(getattr(trt.NetworkDefinitionCreationFlag, name)) for name in creation)
    network = parse_network(trt, builder, logger, onnx_file, network_flags=bits)
    config = builder.create_builder_config()
    for name in building:
        config.set_flag(getattr(trt.BuilderFlag, name))
    add_batch_profile(builder, network, config, batch)
    set_workspace(trt, config, workspace_mb)
    engine = serialised_engine(builder, network, config, messages)
    key = EngineKey(
        onnx_sha256=sha256_of_bytes(onnx_file),
        library=LIBRARY,
        library_version=trt.__version__,
        devices=(_gpu_name(),),
        batch=(batch.min, batch.opt, batch.max),
        flags=(*creation, *building),
    )
    return engine, key


def _builder(logger: Any, messages: BuilderMessages) -> Any:
    try:
        return trt.Builder(logger)
    except (TypeError, RuntimeError) as error:  # a null builder surfaces as one or the other, by version
        raise MissingDependencyError(
            f"TensorRT {trt.__version__} finds no NVIDIA GPU here ({messages.reason()}); build the engine on the "
            f"board that it will run on"
        ) from error


def _gpu_name() -> str:
    import pycuda.driver as cuda

    cuda.init()
    device = cuda.Device(0)
    major, minor = device.compute_capability()
    return f"{device.name()} ({major}.{minor})"
