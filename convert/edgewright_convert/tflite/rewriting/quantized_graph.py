"""The main graph of a full-integer .tflite file, unpacked into objects that can be changed."""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

_DTYPES: dict[int, np.dtype[Any]] = {
    schema.TensorType.INT8: np.dtype("int8"),
    schema.TensorType.UINT8: np.dtype("uint8"),
    schema.TensorType.INT16: np.dtype("<i2"),
    schema.TensorType.INT32: np.dtype("<i4"),
    schema.TensorType.INT64: np.dtype("<i8"),
}


class QuantizedGraph:
    """Questions about the graph's tensors and operators; both are known by their indices in the file.

    Attributes:
        model: the whole file, a `ModelT`.
        tensors: those of its main graph, `TensorT`.
        operators: those of its main graph in the order of execution, `OperatorT`.
        outputs: the indices of the tensors that the graph gives.
    """

    def __init__(self, file: bytes) -> None:
        self.model: Any = schema.ModelT.InitFromPackedBuf(file, 0)
        main = self.model.subgraphs[0]
        self.tensors: list[Any] = list(main.tensors)
        self.operators: list[Any] = list(main.operators)
        self.outputs = frozenset(int(index) for index in main.outputs)

    def kind(self, operator: Any) -> int:
        """A value of the schema's `BuiltinOperator`."""
        return int(self.model.operatorCodes[operator.opcodeIndex].builtinCode)

    def name(self, tensor: int) -> str:
        """The tensor's name."""
        return str(self.tensors[tensor].name.decode())

    def is_constant(self, tensor: int) -> bool:
        """Whether its values are in the file."""
        data = self.model.buffers[self.tensors[tensor].buffer].data
        return data is not None and len(data) > 0

    def is_quantized(self, tensor: int) -> bool:
        """Whether its integers stand for numbers on a grid: activations, weights and biases, not shapes or axes."""
        found = self.tensors[tensor]
        grid = found.quantization
        return found.type in _DTYPES and grid is not None and grid.scale is not None and len(grid.scale) > 0

    def activations(self, indices: Any) -> tuple[int, ...]:
        """Those of the tensors that are quantized and computed."""
        given = (int(index) for index in indices if index >= 0)
        return tuple(index for index in given if self.is_quantized(index) and not self.is_constant(index))

    def is_requantization(self, operator: Any) -> bool:
        """Whether it moves an INT8 tensor to another grid, or to uint8, and does nothing else."""
        if self.kind(operator) != schema.BuiltinOperator.QUANTIZE:
            return False
        return bool(self.tensors[operator.inputs[0]].type == schema.TensorType.INT8)

    def dequantized(self, constant: int) -> NDArray[np.float32]:
        """The numbers for which a quantized constant stands, float32, in the tensor's shape."""
        tensor = self.tensors[constant]
        shape = tuple(int(size) for size in ([] if tensor.shape is None else tensor.shape))
        raw = np.frombuffer(bytes(self.model.buffers[tensor.buffer].data), _DTYPES[tensor.type]).reshape(shape)
        grid = tensor.quantization
        per_channel = [-1 if i == grid.quantizedDimension and len(grid.scale) > 1 else 1 for i in range(len(shape))]
        scales, zeros = (np.asarray(each, np.float64).reshape(per_channel) for each in (grid.scale, grid.zeroPoint))
        return np.asarray((raw - zeros) * scales, np.float32)
