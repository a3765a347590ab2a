"""The float16 .tflite file, from the float32 one: large weights as float16, all that is small as it was.

TFLiteConverter halves every constant. In a MobileNetV2 fine-tuned to flowers the 144 weights of the first depthwise
convolution, up to 37 in size and cancelling each other, alone made 70 % of the difference that followed; a CPU
computes in float32 anyway, so that leaving such kernels alone costs a few KB and nothing else.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from .flatbuffer_objects import code_of, filled
from .repacking import repacked

SMALL = 1024
"""Constants of fewer elements stay float32: the biases, and kernels that are a few per cent of the file's size. It is
where TFLiteConverter stops quantizing dynamically as well."""

_DEQUANTIZE_FLOAT16 = 3
"""The version of DEQUANTIZE from which on it reads float16."""


@dataclass(frozen=True)
class Float16File:
    """The file, and what could not become float16.

    Attributes:
        data: its content.
        unheld: names of large constants that stay float32, since float16 cannot hold their values.
    """

    data: bytes
    unheld: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know, one phrase each."""
        return tuple(f"{name} stays float32: float16 ends at 65504 and begins at 6e-5" for name in self.unheld)


def tflite_fp16_from_fp32(file: bytes) -> Float16File:
    """The file with its large float32 constants as float16, each behind a DEQUANTIZE, as GPU delegates know them.

    Where no constant is large, all of more than one element become float16. The same input gives the same bytes.

    Args:
        file: a .tflite file in float32.
    """
    model = schema.ModelT.InitFromPackedBuf(file, 0)
    least = SMALL if any(values.size >= SMALL for values in _constants(model).values()) else 2
    unheld = halve_constants(model, least=least)
    return Float16File(repacked(model), unheld)


def halve_constants(model: Any, *, least: int) -> tuple[str, ...]:
    """Makes the float32 constants of a `ModelT` float16, and returns the names of those that float16 cannot hold.

    Args:
        model: is changed.
        least: elements that a constant has at least.
    """
    main = model.subgraphs[0]
    large = {place: values for place, values in _constants(model).items() if values.size >= least}
    unheld = {place for place, values in large.items() if not is_held(values)}
    stored = {place: values.astype("<f2") for place, values in large.items() if place not in unheld}
    main.operators = [*(_dequantize(model, place, values) for place, values in stored.items()), *main.operators]
    return tuple(main.tensors[place].name.decode() for place in sorted(unheld))


def is_held(values: NDArray[np.float32]) -> bool:
    """Whether float16 holds the values: none beyond its largest, and the largest of them with all of its 11 bits."""
    information = np.finfo(np.float16)
    largest = float(np.abs(values).max(initial=0.0))
    return largest == 0.0 or float(information.smallest_normal) <= largest <= float(information.max)


def _constants(model: Any) -> dict[int, NDArray[np.float32]]:
    """The values of the float32 tensors that are in the file, by their places."""
    found = {place: _constant(model, place) for place in range(len(model.subgraphs[0].tensors))}
    return {place: values for place, values in found.items() if values is not None}


def _constant(model: Any, place: int) -> NDArray[np.float32] | None:
    """The values of a float32 tensor that are in the file."""
    tensor = model.subgraphs[0].tensors[place]
    data = model.buffers[tensor.buffer].data
    if tensor.type != schema.TensorType.FLOAT32 or data is None or len(data) == 0:
        return None
    return np.frombuffer(bytes(data), "<f4").astype(np.float32)


def _dequantize(model: Any, place: int, values: NDArray[np.float16]) -> Any:
    """The operator that makes the tensor at that place out of a new constant with these values."""
    main = model.subgraphs[0]
    tensor = main.tensors[place]
    half = copy.copy(tensor)
    half.type, half.name, half.buffer = schema.TensorType.FLOAT16, tensor.name + b"/float16", len(model.buffers)
    model.buffers.append(filled(schema.BufferT(), data=np.frombuffer(values.tobytes(), np.uint8)))
    tensor.buffer = 0
    main.tensors.append(half)
    code = code_of(model, schema.BuiltinOperator.DEQUANTIZE, version=_DEQUANTIZE_FLOAT16)
    inputs, outputs = np.array([len(main.tensors) - 1], np.int32), np.array([place], np.int32)
    return filled(schema.OperatorT(), opcodeIndex=code, inputs=inputs, outputs=outputs)
