"""The TensorRT engines of a run, each built from the .onnx file of its precision, or kept where its key is the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from edgewright_runtime.engine_key import SUFFIX, EngineKey, key_bytes
from edgewright_runtime.hashing import sha256_of_bytes

from .engine_building import Engine
from .engine_reuse import engine_with_key, timing_cache_beside
from .product import Product
from .sources import Sources

TIMING_SUFFIX = ".timing"
"""Of the timing cache beside an engine."""


def rtx_fp16(sources: Sources) -> Product:
    """model_fp16.rtx.engine."""
    return _rtx(sources, "fp16")


def rtx_int8(sources: Sources) -> Product:
    """model_int8.rtx.engine."""
    return _rtx(sources, "int8")


def board_fp16(sources: Sources) -> Product:
    """model_fp16.engine."""
    return _board(sources, "fp16")


def board_int8(sources: Sources) -> Product:
    """model_int8.engine."""
    return _board(sources, "int8")


def _rtx(sources: Sources, precision: str) -> Product:
    from .tensorrt_rtx import engine_from_onnx, engine_key

    options, onnx_file = sources.options, sources.bytes_of(f"onnx-{precision}")
    capabilities, batch, workspace_mb = options.compute_capabilities, options.batch, options.workspace_mb
    key = engine_key(onnx_file, compute_capabilities=capabilities, batch=batch, workspace_mb=workspace_mb)
    build = partial(
        engine_from_onnx,
        onnx_file,
        compute_capabilities=capabilities,
        batch=batch,
        workspace_mb=workspace_mb,
        on_progress=sources.on_progress,
    )
    note = f"for compute capability {', '.join(key.devices)}"
    return _kept_or_built(sources.run.file_of(f"tensorrt-rtx-{precision}"), key, build, note)


def _board(sources: Sources, precision: str) -> Product:
    from .tensorrt_board import engine_from_onnx, engine_key

    options, onnx_file = sources.options, sources.bytes_of(f"onnx-{precision}")
    batch, workspace_mb = options.batch, options.workspace_mb
    key = engine_key(onnx_file, precision=precision, batch=batch, workspace_mb=workspace_mb)
    path = sources.run.file_of(f"tensorrt-{precision}")
    build = partial(
        engine_from_onnx,
        onnx_file,
        precision=precision,
        batch=batch,
        workspace_mb=workspace_mb,
        timing_cache=timing_cache_beside(path.with_name(path.name + TIMING_SUFFIX)),
        on_progress=sources.on_progress,
    )
    return _kept_or_built(path, key, build, f"for {', '.join(key.devices)}")


def _kept_or_built(path: Path, key: EngineKey, build: Callable[[], Engine], note: str) -> Product:
    kept = engine_with_key(path, key)
    if kept is None:
        return _product(build(), note)
    return _product(Engine(kept, key), note, "not built again, as its key is the same; delete it to build it anew")


def _product(engine: Engine, *notes: str) -> Product:
    beside = {SUFFIX: key_bytes(engine.key, sha256_of_bytes(engine.data))}
    options = {"key": json.loads(beside[SUFFIX])}
    if engine.timing_cache:
        beside[TIMING_SUFFIX] = engine.timing_cache
    return Product(engine.data, options=options, notes=notes, beside=beside)
