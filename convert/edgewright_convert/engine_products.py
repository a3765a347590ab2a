"""The TensorRT engines of a run, each built from the .onnx file of its precision."""

from __future__ import annotations

import json

from edgewright_runtime.hashing import sha256_of_bytes

from .engine_key import SUFFIX, EngineKey, key_bytes
from .product import Product
from .sources import Sources


def rtx_fp16(sources: Sources) -> Product:
    """model_fp16.rtx.engine."""
    return _rtx(sources, "onnx-fp16")


def rtx_int8(sources: Sources) -> Product:
    """model_int8.rtx.engine."""
    return _rtx(sources, "onnx-int8")


def board_fp16(sources: Sources) -> Product:
    """model_fp16.engine."""
    return _board(sources, "onnx-fp16", "fp16")


def board_int8(sources: Sources) -> Product:
    """model_int8.engine."""
    return _board(sources, "onnx-int8", "int8")


def _rtx(sources: Sources, onnx_format: str) -> Product:
    from .tensorrt_rtx import engine_from_onnx

    options = sources.options
    engine, key = engine_from_onnx(
        sources.bytes_of(onnx_format),
        compute_capabilities=options.compute_capabilities,
        batch=options.batch,
        workspace_mb=options.workspace_mb,
    )
    return _product(engine, key, note=f"for compute capability {', '.join(key.devices)}")


def _board(sources: Sources, onnx_format: str, precision: str) -> Product:
    from .tensorrt_board import engine_from_onnx

    options = sources.options
    engine, key = engine_from_onnx(
        sources.bytes_of(onnx_format), precision=precision, batch=options.batch, workspace_mb=options.workspace_mb
    )
    return _product(engine, key, note=f"for {', '.join(key.devices)}")


def _product(engine: bytes, key: EngineKey, *, note: str) -> Product:
    beside = key_bytes(key, sha256_of_bytes(engine))
    return Product(engine, options={"key": json.loads(beside)}, notes=(note,), beside={SUFFIX: beside})
