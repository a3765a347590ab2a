"""TensorRT engines, built on the board or GPU that they will run on (TensorRT 8.5, 8.6, 10 and 11)."""

from __future__ import annotations

from collections.abc import Callable

import tensorrt as trt

from edgewright_runtime.backends.nvidia.cuda import cuda_driver, first_gpu
from edgewright_runtime.backends.nvidia.engine_key import EngineKey
from edgewright_runtime.errors import MissingDependencyError
from edgewright_runtime.hashing import sha256_of_bytes

from ..deployment_targets import check_builds, check_readable_by_version
from ..options import BatchProfile
from .builder import (
    BuilderMessages,
    Engine,
    add_batch_profile,
    logger_for,
    parse_network,
    serialised_engine,
    set_workspace,
)
from .versions import builder_flags, network_flags

LIBRARY = "tensorrt"
_PURPOSE = "Building a TensorRT engine"


def check_is(target: str) -> None:
    """Sees that this machine builds engines for that kind of board: that it is one, by GPU and TensorRT.

    Raises:
        MissingDependencyError: there is no GPU here.
        EdgewrightError: it is another machine; the sentence names the target.
    """
    check_builds(target, first_gpu(cuda_driver(extra="tensorrt", purpose=_PURPOSE)), trt.__version__)


def engine_key(onnx_file: bytes, *, precision: str, batch: BatchProfile, workspace_mb: int | None = None) -> EngineKey:
    """The key of the engine that `engine_from_onnx` would build from the same on this machine.

    Raises:
        MissingDependencyError: there is no GPU here, or neither pycuda nor cuda-python to ask for its name.
        EdgewrightError: TensorRT is too old.
    """
    driver = cuda_driver(extra="tensorrt", purpose=_PURPOSE)
    return EngineKey(
        onnx_sha256=sha256_of_bytes(onnx_file),
        library=LIBRARY,
        library_version=trt.__version__,
        devices=(str(first_gpu(driver)),),
        batch=(batch.min, batch.opt, batch.max),
        flags=(*network_flags(trt.__version__), *builder_flags(trt.__version__, precision)),
        workspace_mb=workspace_mb,
    )


def engine_from_onnx(
    onnx_file: bytes,
    *,
    precision: str,
    batch: BatchProfile,
    workspace_mb: int | None = None,
    timing_cache: bytes = b"",
    on_progress: Callable[[str], None] = lambda _: None,
) -> Engine:
    """An engine for the GPU in this machine, with its key and timing cache.

    Args:
        onnx_file: content of an .onnx file of that precision.
        precision: `fp16` or `int8`; only TensorRT before 10.12 has to be told.
        batch: sizes that the engine takes.
        workspace_mb: memory limit while building.
        timing_cache: of an earlier build; TensorRT itself leaves out what another version or GPU measured.
        on_progress: called with what the builder is doing, from TensorRT 10 on.

    Raises:
        MissingDependencyError: there is no GPU here.
        EdgewrightError: TensorRT refuses the file.
    """
    key = engine_key(onnx_file, precision=precision, batch=batch, workspace_mb=workspace_mb)
    check_readable_by_version(onnx_file, trt.__version__)
    logger, messages = logger_for(trt)
    messages.errors.clear()
    builder = _builder(logger, messages)
    bits = sum(1 << int(getattr(trt.NetworkDefinitionCreationFlag, name)) for name in network_flags(trt.__version__))
    network = parse_network(trt, builder, logger, onnx_file, network_flags=bits)
    config = builder.create_builder_config()
    for name in builder_flags(trt.__version__, precision):
        config.set_flag(getattr(trt.BuilderFlag, name))
    add_batch_profile(trt, builder, network, config, batch)
    set_workspace(trt, config, workspace_mb)
    config.set_timing_cache(config.create_timing_cache(timing_cache), ignore_mismatch=False)
    data = serialised_engine(trt, builder, network, config, messages, on_progress=on_progress)
    return Engine(data, key, bytes(config.get_timing_cache().serialize()))


def _builder(logger: trt.ILogger, messages: BuilderMessages) -> trt.Builder:
    try:
        return trt.Builder(logger)
    except (TypeError, RuntimeError) as error:  # a null builder surfaces as one or the other, by version
        raise MissingDependencyError(
            f"TensorRT {trt.__version__} finds no NVIDIA GPU here ({messages.reason()}); build the engine on the "
            f"board that it will run on"
        ) from error
