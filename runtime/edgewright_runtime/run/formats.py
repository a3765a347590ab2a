"""The table of formats: one row per kind of model file. A new format is one row here and one in convert's `TARGETS`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import EdgewrightError
from ..suggestion import row_named


@dataclass(frozen=True)
class Format:
    """One kind of model file.

    Attributes:
        name: what the user types after `--to` or `--format`.
        path: where the file lies in a run folder.
        backend: the row of `backends.table.BACKENDS` that runs it.
        runs_here: whether Edgewright's runtime can run it on a machine without an NVIDIA GPU.
        is_int8: whether its weights are INT8.
        target: the kind of board that an engine was built for by name (`convert --for`); empty of all other files, and
            of engines for whichever machine built them.
    """

    name: str
    path: str
    backend: str
    runs_here: bool = True
    is_int8: bool = False
    target: str = ""


ENGINE_TARGETS = ("jetson-jetpack5", "jetson-jetpack6", "jetson-jetpack7", "t4")
"""Boards that engines are built on, by the names that `convert --for` takes: one run may hold engines for each."""


def _for_target(row: Format, target: str) -> Format:
    """The row of the same engine for one kind of board, in a file of its own."""
    stem, ending = row.path.rsplit(".", maxsplit=1)
    return replace(row, name=f"{row.name}-{target}", path=f"{stem}.{target}.{ending}", target=target)


_ENGINES = (
    Format("tensorrt-fp16", "tensorrt/model_fp16.engine", "tensorrt", runs_here=False),
    Format("tensorrt-int8", "tensorrt/model_int8.engine", "tensorrt", runs_here=False, is_int8=True),
)
"""For the machine that builds them."""

FORMATS: tuple[Format, ...] = (
    Format("keras", "model.keras", "keras"),
    Format("saved-model", "saved_model", "saved-model"),
    Format("tflite-fp32", "tflite/model_fp32.tflite", "tflite"),
    Format("tflite-fp16", "tflite/model_fp16.tflite", "tflite"),
    Format("tflite-dynamic", "tflite/model_dynamic.tflite", "tflite", is_int8=True),
    Format("tflite-int8", "tflite/model_int8.tflite", "tflite", is_int8=True),
    Format("onnx-fp32", "onnx/model_fp32.onnx", "onnx"),
    Format("onnx-fp16", "onnx/model_fp16.onnx", "onnx"),
    Format("onnx-int8", "onnx/model_int8.onnx", "onnx", is_int8=True),
    Format("onnx-int8-cpu", "onnx/model_int8_cpu.onnx", "onnx", is_int8=True),
    *_ENGINES,
    Format("tensorrt-rtx-fp16", "tensorrt/model_fp16.rtx.engine", "tensorrt-rtx", runs_here=False),
    Format("tensorrt-rtx-int8", "tensorrt/model_int8.rtx.engine", "tensorrt-rtx", runs_here=False, is_int8=True),
    *(_for_target(row, target) for target in ENGINE_TARGETS for row in _ENGINES),
)

REFERENCE_FORMATS = ("keras", "saved-model")
"""The float model that every other format is compared with: the first of these that a run folder holds."""

PREFERENCE = (
    "tflite-int8",
    "tflite-fp16",
    "tflite-dynamic",
    "tflite-fp32",
    "onnx-int8-cpu",
    "onnx-fp32",
    "onnx-fp16",
    "onnx-int8",
    "keras",
    "saved-model",
)
"""Which file to take where no format is named and nothing was measured: what is usually fast on a CPU first.

Float16 and Q/DQ ONNX files are meant for GPUs; onnxruntime is slower with them on a CPU than with float32."""

_BY_NAME = {row.name: row for row in FORMATS}


def format_named(name: str) -> Format:
    """The row of that name.

    Raises:
        EdgewrightError: no such format; the sentence names the nearest one.
    """
    return row_named("format", name, _BY_NAME)


def format_for(name: str, target: str) -> str:
    """The name of the same format for one kind of board; `name` itself where files for all are one.

    Args:
        name: of a format.
        target: of a board.
    """
    found = f"{name}-{target}"
    return found if found in _BY_NAME else name


def format_names(text: str) -> tuple[str, ...]:
    """The names in a list separated by commas, each once, in their order.

    Raises:
        EdgewrightError: one is unknown, or there is none.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise EdgewrightError(f"{text!r} names no format; choose from {', '.join(_BY_NAME)}")
    return tuple(dict.fromkeys(format_named(name).name for name in names))
