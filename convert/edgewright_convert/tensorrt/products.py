"""The TensorRT engines of a run: built from the .onnx file of their precision, or reused where the key is the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from edgewright_runtime.backends.nvidia.engine_key import SUFFIX, EngineKey, key_bytes
from edgewright_runtime.hashing import sha256_of_bytes
from edgewright_runtime.run.formats import format_named

from ..options import ConvertOptions
from ..product import Product
from ..run_inputs import OpenedRun
from .builder import Engine
from .reuse import engine_with_key, timing_cache_beside

TIMING_SUFFIX = ".timing"
"""Of the timing cache beside an engine."""


LISTED_CAPABILITIES = frozenset({"7.5", "8.6", "8.9", "12.0", "12.1"})
"""That the support matrix of TensorRT-RTX lists; it lists INT8 for the weights of matrix products only.

Source: docs.nvidia.com/deeplearning/tensorrt-rtx/latest/getting-started/support-matrix.html."""

OnProgress = Callable[[str], None]


def rtx_fp16(*, run: OpenedRun, options: ConvertOptions, basis: bytes, on_progress: OnProgress) -> Product:
    """The product `model_fp16.rtx.engine`, built from the float16 .onnx file `basis`."""
    return _rtx("tensorrt-rtx-fp16", run, options, basis, on_progress)


def rtx_int8(*, run: OpenedRun, options: ConvertOptions, basis: bytes, on_progress: OnProgress) -> Product:
    """The product `model_int8.rtx.engine`, built from the INT8 .onnx file `basis`."""
    return _rtx("tensorrt-rtx-int8", run, options, basis, on_progress)


def board(
    *, format_name: str, run: OpenedRun, options: ConvertOptions, basis: bytes, on_progress: OnProgress
) -> Product:
    """The product of a tensorrt row, built from the .onnx file `basis` of its precision for the GPU of this machine.

    Of a row for a kind of board it has a file of its own, such as `model_fp16.t4.engine`.

    Raises:
        EdgewrightError: this machine is not of that kind.
    """
    from .board import check_is, engine_from_onnx, engine_key

    row = format_named(format_name)
    precision = "int8" if row.is_int8 else "fp16"
    if row.target:
        check_is(row.target)
    batch, workspace_mb = options.batch, options.workspace_mb
    key = engine_key(basis, precision=precision, batch=batch, workspace_mb=workspace_mb)
    path = run.folder.file_of(format_name)
    build = partial(
        engine_from_onnx,
        basis,
        precision=precision,
        batch=batch,
        workspace_mb=workspace_mb,
        timing_cache=timing_cache_beside(path.with_name(path.name + TIMING_SUFFIX)),
        on_progress=on_progress,
    )
    return _reused_or_built(path, key, build, f"for {', '.join(key.devices)}")


def _rtx(format_name: str, run: OpenedRun, options: ConvertOptions, basis: bytes, on_progress: OnProgress) -> Product:
    from .rtx import engine_from_onnx, engine_key

    capabilities, batch, workspace_mb = options.compute_capabilities, options.batch, options.workspace_mb
    key = engine_key(basis, compute_capabilities=capabilities, batch=batch, workspace_mb=workspace_mb)
    build = partial(
        engine_from_onnx,
        basis,
        compute_capabilities=capabilities,
        batch=batch,
        workspace_mb=workspace_mb,
        on_progress=on_progress,
    )
    notes = (f"for compute capability {', '.join(key.devices)}", *_unlisted(format_name, key.devices))
    return _reused_or_built(run.folder.file_of(format_name), key, build, *notes)


def _unlisted(format_name: str, capabilities: Sequence[str]) -> tuple[str, ...]:
    """A phrase where the library builds what its support matrix does not list; none where it lists all of it."""
    found = [each for each in capabilities if each not in LISTED_CAPABILITIES]
    parts = [*(["INT8 activations"] if format_name.endswith("int8") else []), *found]
    if not parts:
        return ()
    return (
        f"TensorRT-RTX's support matrix does not list {' and '.join(parts)}: a check of the ONNX file, and no claim "
        f"about speed or accuracy",
    )


def _reused_or_built(path: Path, key: EngineKey, build: Callable[[], Engine], *notes: str) -> Product:
    reused = engine_with_key(path, key)
    if reused is None:
        return _product(build(), *notes)
    return _product(Engine(reused, key), *notes, "not built again, as its key is the same; delete it to build it anew")


def _product(engine: Engine, *notes: str) -> Product:
    beside = {SUFFIX: key_bytes(engine.key, sha256_of_bytes(engine.data))}
    options = {"key": json.loads(beside[SUFFIX])}
    if engine.timing_cache:
        beside[TIMING_SUFFIX] = engine.timing_cache
    return Product(engine.data, options=options, notes=notes, beside=beside)
