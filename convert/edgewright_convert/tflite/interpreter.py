"""Runs .tflite files in LiteRT's interpreter, and asks it what no public interface tells.

`Interpreter._get_ops_details` has no public counterpart: nothing else names the operators that run, delegates among
them. It is called here only, and a test holds it against the installed version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgewright_runtime.backends.base import Tensor
from edgewright_runtime.backends.quantization import dequantize_output, quantize_input


@dataclass(frozen=True)
class Operation:
    """One operator that the interpreter runs.

    Attributes:
        name: `CONV_2D` and so on, or `DELEGATE` for one that stands for several.
        inputs: indices of the tensors that it reads; -1 where one is left out.
        outputs: indices of the tensors that it makes.
    """

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def outputs_of_tflite(file: bytes, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The probabilities that a .tflite file gives, shape (n, classes).

    Args:
        file: a .tflite file for one image at a time; its input and output are quantized or float, as they say.
        pixels: raw pixels, uint8, shape (n, height, width, channels).
    """
    interpreter = Interpreter(model_content=file)
    interpreter.allocate_tensors()
    (input_detail,), (output_detail,) = interpreter.get_input_details(), interpreter.get_output_details()
    entry, exit_ = tensor_of(input_detail), tensor_of(output_detail)
    rows: list[Any] = []
    for image in pixels:
        interpreter.set_tensor(input_detail["index"], quantize_input(image[np.newaxis], entry))
        interpreter.invoke()
        rows.append(interpreter.get_tensor(output_detail["index"])[0])
    return dequantize_output(np.array(rows), exit_)


def tensor_of(detail: dict[str, Any]) -> Tensor:
    """A tensor from what the interpreter says of it."""
    scale, zero_point = detail["quantization"]
    shape = tuple(int(size) for size in detail["shape"])
    return Tensor(detail["name"], shape, np.dtype(detail["dtype"]).name, float(scale), int(zero_point))


def operations_of(interpreter: Any) -> tuple[Operation, ...]:
    """The operators in the order in which they run; the list ends with the delegates that run several before them."""
    return tuple(
        Operation(each["op_name"], _indices(each["inputs"]), _indices(each["outputs"]))
        for each in interpreter._get_ops_details()
    )


def float_operators(file: bytes) -> tuple[str, ...]:
    """The operators of a .tflite file that give a float tensor, by type, each once."""
    interpreter = Interpreter(model_content=file)
    floats = {detail["index"] for detail in interpreter.get_tensor_details() if detail["dtype"] is np.float32}
    return tuple(dict.fromkeys(each.name for each in operations_of(interpreter) if floats.intersection(each.outputs)))


def _indices(tensors: Sequence[int]) -> tuple[int, ...]:
    return tuple(int(index) for index in tensors)
