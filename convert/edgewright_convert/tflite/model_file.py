"""What stands in a .tflite file, read from its flatbuffer: operators, tensors, inputs and outputs."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from edgewright_runtime.errors import EdgewrightError

_CUSTOM = "CUSTOM"
_IDENTIFIER = b"TFL3"


def _names(enumeration: type) -> dict[int, str]:
    return {value: name for name, value in vars(enumeration).items() if isinstance(value, int)}


_OPERATOR_NAMES = _names(schema.BuiltinOperator)
_TYPE_NAMES = _names(schema.TensorType)


@dataclass(frozen=True)
class TfliteTensor:
    """One tensor.

    Attributes:
        name: as the file has it.
        dtype: `FLOAT32`, `INT8` and so on, as the TFLite schema names them.
        elements: how many values it holds.
        constant: whether its values are in the file.
        scales: one for the tensor, or one per channel; empty where it is not quantized.
        zero_points: as many.
    """

    name: str
    dtype: str
    elements: int
    constant: bool
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]


@dataclass(frozen=True)
class TfliteOperator:
    """One operator.

    Attributes:
        name: `CONV_2D` and so on, or a custom operator's own name.
        custom: whether it is outside TFLite's built-in ones; Flex operators (TensorFlow's own) are.
        inputs: the tensors it reads.
        outputs: the tensors it makes.
    """

    name: str
    custom: bool
    inputs: tuple[TfliteTensor, ...]
    outputs: tuple[TfliteTensor, ...]

    def __str__(self) -> str:
        made = self.outputs[0].name if self.outputs else "nothing"
        return f"{self.name} (making {made!r})"


@dataclass(frozen=True)
class TfliteFile:
    """The main graph of a .tflite file."""

    operators: tuple[TfliteOperator, ...]
    tensors: tuple[TfliteTensor, ...]
    inputs: tuple[TfliteTensor, ...]
    outputs: tuple[TfliteTensor, ...]


def read_tflite(data: bytes) -> TfliteFile:
    """The contents of a .tflite file.

    Raises:
        EdgewrightError: the bytes are no .tflite file.
    """
    if data[4:8] != _IDENTIFIER:
        raise EdgewrightError("The data is no .tflite file: it lacks the identifier TFL3")
    try:
        model = schema.ModelT.InitFromPackedBuf(data, 0)
        graph = model.subgraphs[0]
        tensors = tuple(_tensor(model, each) for each in graph.tensors)
        operators = tuple(_operator(model, each, tensors) for each in graph.operators)
        inputs, outputs = (tuple(tensors[i] for i in side) for side in (graph.inputs, graph.outputs))
    except (ValueError, TypeError, IndexError, AttributeError, struct.error) as error:
        raise EdgewrightError(f"The data is no .tflite file: {error}") from error
    return TfliteFile(operators, tensors, inputs, outputs)


def _tensor(model: Any, tensor: Any) -> TfliteTensor:
    buffer = model.buffers[tensor.buffer]
    quantization = tensor.quantization
    scales = () if quantization is None or quantization.scale is None else quantization.scale
    zero_points = () if quantization is None or quantization.zeroPoint is None else quantization.zeroPoint
    return TfliteTensor(
        name=tensor.name.decode("utf-8", errors="replace"),
        dtype=_TYPE_NAMES[tensor.type],
        elements=math.prod(int(size) for size in tensor.shape) if tensor.shape is not None else 1,
        constant=(buffer.data is not None and len(buffer.data) > 0) or buffer.size > 0,
        scales=tuple(float(each) for each in scales),
        zero_points=tuple(int(each) for each in zero_points),
    )


def _operator(model: Any, operator: Any, tensors: tuple[TfliteTensor, ...]) -> TfliteOperator:
    code = model.operatorCodes[operator.opcodeIndex]
    # Files from before 2020 keep the code in the deprecated field of one byte.
    name = _OPERATOR_NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)]
    custom = name == _CUSTOM
    if custom and code.customCode:
        name = code.customCode.decode("utf-8", errors="replace")
    inputs, outputs = (tuple(tensors[i] for i in side if i >= 0) for side in (operator.inputs, operator.outputs))
    return TfliteOperator(name, custom, inputs, outputs)
