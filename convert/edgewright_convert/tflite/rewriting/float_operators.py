"""Operators of a full-integer .tflite graph rewritten to compute in float32."""

from __future__ import annotations

import copy
from collections.abc import Collection
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from .flatbuffer_objects import code_of, filled
from .quantized_graph import QuantizedGraph

_FLOAT32 = schema.TensorType.FLOAT32
_QUANTIZE = schema.BuiltinOperator.QUANTIZE
_DEQUANTIZE = schema.BuiltinOperator.DEQUANTIZE

_DEQUANTIZE_VERSIONS = {schema.TensorType.UINT8: 1, schema.TensorType.INT8: 2, schema.TensorType.INT16: 3}
"""The least version of DEQUANTIZE that reads each type."""

_SUFFIX = "/float32"
"""Behind the name of a float tensor whose integer twin is in the file as well."""


def rewrite(graph: QuantizedGraph, in_float: Collection[int]) -> dict[int, int]:
    """Lets the operators at these places compute in float32, with the weights that they had.

    Returns the float tensors that were made, by the integer tensors whose values they have.

    DEQUANTIZE and QUANTIZE stand only where an integer operator is on the other side. The graph is changed; what is no
    longer needed is left in it, unread.
    """
    rewriting = _Rewriting(graph, frozenset(in_float))
    rewriting.run()
    return rewriting.twins


class _Rewriting:
    """One walk along the operators, in their order of execution."""

    def __init__(self, graph: QuantizedGraph, in_float: frozenset[int]) -> None:
        self.graph = graph
        self.in_float = in_float
        self.made_in_float = {
            tensor for place in in_float for tensor in graph.activations(graph.operators[place].outputs)
        }
        self.requantized = {
            int(each.outputs[0]): int(each.inputs[0]) for each in graph.operators if graph.is_requantization(each)
        }
        self.as_integers = self._needed_as_integers()
        self.twins: dict[int, int] = {}  # float tensors by the integer tensors whose place they take
        self.operators: list[Any] = []

    def run(self) -> None:
        for place, operator in enumerate(self.graph.operators):
            if place in self.in_float:
                self._put_in_float(operator)
            elif self.graph.is_requantization(operator):
                self._put_requantization(operator)
            else:
                self.operators.append(operator)
        main = self.graph.model.subgraphs[0]
        main.operators, main.tensors = self.operators, self.graph.tensors

    def _needed_as_integers(self) -> frozenset[int]:
        """What integer operators read, and what the graph gives."""
        needed = set(self.graph.outputs)
        for place, operator in reversed(list(enumerate(self.graph.operators))):
            if not self.graph.is_requantization(operator):
                needed.update(() if place in self.in_float else map(int, operator.inputs))
            elif int(operator.outputs[0]) in needed and self._source(int(operator.inputs[0])) not in self.made_in_float:
                needed.add(int(operator.inputs[0]))
        return frozenset(needed)

    def _source(self, tensor: int) -> int:
        """The tensor whose values it has on another grid, or itself."""
        while tensor in self.requantized:
            tensor = self.requantized[tensor]
        return tensor

    def _put_in_float(self, operator: Any) -> None:
        changed = copy.copy(operator)
        changed.inputs = np.array([self._float_input(int(index)) for index in operator.inputs], np.int32)
        outputs = self.graph.activations(operator.outputs)
        for tensor in outputs:
            self.twins[tensor] = self._add_twin(tensor)
        changed.outputs = np.array([self.twins.get(int(index), int(index)) for index in operator.outputs], np.int32)
        self.operators.append(changed)
        for tensor in outputs:
            if tensor in self.as_integers:
                self._put(_QUANTIZE, self.twins[tensor], tensor, version=1)

    def _put_requantization(self, operator: Any) -> None:
        given, made = int(operator.inputs[0]), int(operator.outputs[0])
        source = self._source(given)
        if made not in self.as_integers:
            return
        if source in self.made_in_float:
            self._put(_QUANTIZE, self.twins[source], made, version=1)
        else:
            self.operators.append(operator)

    def _float_input(self, tensor: int) -> int:
        """The float tensor to read in its place; shapes, axes and inputs that are left out stay."""
        if tensor < 0 or not self.graph.is_quantized(tensor):
            return tensor
        source = self._source(tensor)
        if source not in self.twins:
            constant = self.graph.is_constant(source)
            values = self.graph.dequantized(source) if constant else None
            self.twins[source] = self._add_twin(source, values)
            if not constant:
                version = _DEQUANTIZE_VERSIONS[self.graph.tensors[source].type]
                self._put(_DEQUANTIZE, source, self.twins[source], version=version)
        return self.twins[source]

    def _add_twin(self, tensor: int, values: NDArray[np.float32] | None = None) -> int:
        """A float tensor of the same shape and name, with these values where it is a constant."""
        twin = copy.copy(self.graph.tensors[tensor])
        twin.type, twin.quantization, twin.buffer = _FLOAT32, None, 0
        if tensor in self.as_integers or (values is None and tensor not in self.made_in_float):
            twin.name = twin.name + _SUFFIX.encode()
        if values is not None:
            twin.buffer = len(self.graph.model.buffers)
            data = np.frombuffer(values.astype("<f4").tobytes(), np.uint8)
            self.graph.model.buffers.append(filled(schema.BufferT(), data=data))
        self.graph.tensors.append(twin)
        return len(self.graph.tensors) - 1

    def _put(self, kind: int, given: int, made: int, *, version: int) -> None:
        inputs, outputs = np.array([given], np.int32), np.array([made], np.int32)
        # Rewritten operators keep their codes: a version says what an interpreter must know at least, and the integer
        # operator of that version asked for more than the float one.
        code = code_of(self.graph.model, kind, version=version)
        self.operators.append(filled(schema.OperatorT(), opcodeIndex=code, inputs=inputs, outputs=outputs))
