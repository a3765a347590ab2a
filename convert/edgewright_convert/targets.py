"""The table of targets: one row per format that can be made. A new format is one row here and one in the runtime's."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from edgewright_runtime.errors import EdgewrightError, MissingDependencyError
from edgewright_runtime.formats import format_named
from edgewright_runtime.optional_imports import is_absent, missing

if TYPE_CHECKING:
    from .product import Make

_TENSORFLOW = ("tensorflow", "keras")
_TFLITE = (*_TENSORFLOW, "ai-edge-litert")
_ONNX_FROM_KERAS = (*_TENSORFLOW, "tf2onnx", "onnx", "onnxruntime")
_ONNX_FROM_ONNX = ("onnx", "onnxruntime")

_ON_THE_BOARD = (
    "; a TensorRT engine is built on the Jetson or GPU machine that it will run on: copy the run folder there and run "
    "edgewright convert RUN --to {format}"
)


@dataclass(frozen=True)
class Target:
    """One format that can be made.

    Attributes:
        format: its name in `edgewright_runtime.formats.FORMATS`.
        make: dotted name of the function that makes it (`product.Make`).
        derived_from: the format whose file it is made from; None for the float model itself.
        packages: distributions that it needs.
        extra: the extra of edgewright that brings them.
        options: names of the `ConvertOptions` that change it.
        by_default: made when no format is named; engines are not, since they fit one kind of GPU only.
        advice: what is added to the sentence that a package is missing.
    """

    format: str
    make: str
    packages: tuple[str, ...]
    extra: str = "convert"
    derived_from: str | None = None
    options: tuple[str, ...] = ()
    by_default: bool = True
    advice: str = ""


_REPRESENTATIVE = ("representative_size", "seed")
_CARD = ("model_name", "model_version", "licence")
_INT8 = (*_REPRESENTATIVE, "int8_effort", "keep_float")
_TFLITE_INT8 = (*_INT8, "integer_only", *_CARD)
_ENGINE = ("batch", "workspace_mb")
_RTX_ENGINE = ("compute_capabilities", *_ENGINE)

TARGETS: tuple[Target, ...] = (
    Target("tflite-fp32", "edgewright_convert.tflite_products.fp32", _TFLITE, options=_CARD),
    Target("tflite-fp16", "edgewright_convert.tflite_products.fp16", _TFLITE, options=_CARD),
    Target("tflite-dynamic", "edgewright_convert.tflite_products.dynamic", _TFLITE, options=_CARD),
    Target("tflite-int8", "edgewright_convert.tflite_products.int8", _TFLITE, options=_TFLITE_INT8),
    Target("onnx-fp32", "edgewright_convert.onnx_products.fp32", _ONNX_FROM_KERAS),
    Target("onnx-fp16", "edgewright_convert.onnx_products.fp16", _ONNX_FROM_ONNX, derived_from="onnx-fp32"),
    Target(
        "onnx-int8",
        "edgewright_convert.onnx_products.int8",
        _ONNX_FROM_ONNX,
        derived_from="onnx-fp32",
        options=_INT8,
    ),
    Target(
        "tensorrt-rtx-fp16",
        "edgewright_convert.engine_products.rtx_fp16",
        ("tensorrt-rtx",),
        extra="rtx",
        derived_from="onnx-fp16",
        options=_RTX_ENGINE,
        by_default=False,
    ),
    Target(
        "tensorrt-rtx-int8",
        "edgewright_convert.engine_products.rtx_int8",
        ("tensorrt-rtx",),
        extra="rtx",
        derived_from="onnx-int8",
        options=_RTX_ENGINE,
        by_default=False,
    ),
    Target(
        "tensorrt-fp16",
        "edgewright_convert.engine_products.board_fp16",
        ("tensorrt", "pycuda"),
        extra="tensorrt",
        derived_from="onnx-fp16",
        options=_ENGINE,
        by_default=False,
        advice=_ON_THE_BOARD,
    ),
    Target(
        "tensorrt-int8",
        "edgewright_convert.engine_products.board_int8",
        ("tensorrt", "pycuda"),
        extra="tensorrt",
        derived_from="onnx-int8",
        options=_ENGINE,
        by_default=False,
        advice=_ON_THE_BOARD,
    ),
)

DEFAULT_FORMATS = tuple(row.format for row in TARGETS if row.by_default)

_BY_FORMAT = {row.format: row for row in TARGETS}


def target_named(name: str) -> Target:
    """The row of that format.

    Raises:
        EdgewrightError: no such format, or none that is made by conversion; the sentence names the nearest.
    """
    row = _BY_FORMAT.get(format_named(name).name)
    if row is None:
        raise EdgewrightError(f"{name} is what the others are made from; convert to one of {', '.join(_BY_FORMAT)}")
    return row


def check_packages(row: Target) -> None:
    """Sees that the packages of a target are installed, before anything heavy is imported.

    Raises:
        MissingDependencyError: naming the package and the extra.
    """
    for package in row.packages:
        if is_absent(package):
            sentence = missing(package=package, extra=row.extra, purpose=f"Making {row.format}")
            raise MissingDependencyError(sentence + row.advice.format(format=row.format))


def make_of(row: Target) -> Make:
    """The function that makes it, imported now."""
    module, _, name = row.make.rpartition(".")
    return cast("Make", getattr(importlib.import_module(module), name))
