"""An INT8 .tflite file whose last layer and probabilities are float32, so that close classes do not tie.

The probabilities of a full-integer file are whole steps of 1/256, and its logits 256 levels for all classes. Of a
thousand classes the two best often share a step. The last layer is a small part of a network's time, and the input
stays uint8.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgewright_runtime.errors import EdgewrightError

from .float16_file import SMALL, halve_constants
from .float_operators import rewrite
from .quantized_graph import QuantizedGraph
from .repacking import repacked

_Operators = schema.BuiltinOperator

_WEIGHTED = frozenset({_Operators.FULLY_CONNECTED, _Operators.CONV_2D, _Operators.DEPTHWISE_CONV_2D})

_ON_THE_WAY = frozenset(
    {
        _Operators.SOFTMAX,
        _Operators.LOGISTIC,
        _Operators.RESHAPE,
        _Operators.SQUEEZE,
        _Operators.QUANTIZE,
        _Operators.MEAN,
        *_WEIGHTED,
    }
)
"""What stands between a last layer with weights and the output; all of it has a float kernel."""


def tflite_with_float_output(file: bytes) -> bytes:
    """The file with float32 output, computed in float32 from its last layer with weights on.

    The weights have the values that the integer file has, large ones as float16. The same input gives the same bytes.

    Args:
        file: a .tflite file with quantized output; some of its layers may be in float already.

    Raises:
        EdgewrightError: the file does not end in a layer with weights and operators that TFLite computes in float.
    """
    graph = QuantizedGraph(file)
    ending = _ending(graph)
    output = _join(graph, ending)
    in_float = [place for place, each in enumerate(graph.operators) if each in ending]
    graph.outputs = frozenset()  # nobody wants the output's integers any more
    twins = rewrite(graph, in_float)
    _set_output(graph.model, twins.get(output, output))
    halve_constants(graph.model, least=SMALL)
    return repacked(graph.model)


def _ending(graph: QuantizedGraph) -> list[Any]:
    """The operators from the last layer with weights to the output, the last one first."""
    makers = {int(tensor): operator for operator in graph.operators for tensor in operator.outputs}
    (tensor,) = graph.outputs
    found = []
    while True:
        operator = makers.get(tensor)
        if operator is None or graph.kind(operator) not in _ON_THE_WAY:
            raise EdgewrightError(
                "The model does not end in a layer with weights and a softmax or sigmoid, so that its INT8 file cannot "
                "have float output; leave --float-output away"
            )
        found.append(operator)
        if graph.kind(operator) in _WEIGHTED:
            return found
        tensor = int(operator.inputs[0])


def _join(graph: QuantizedGraph, ending: list[Any]) -> int:
    """Takes out the operators that only move values to another grid, and returns the tensor that is the output then."""
    moved: dict[int, int] = {}
    (output,) = graph.outputs
    for operator in reversed(ending):
        operator.inputs = np.array([moved.get(int(index), int(index)) for index in operator.inputs], np.int32)
        if graph.kind(operator) == _Operators.QUANTIZE:
            moved[int(operator.outputs[0])] = int(operator.inputs[0])
    graph.operators = [
        each for each in graph.operators if not (graph.kind(each) == _Operators.QUANTIZE and each in ending)
    ]
    return moved.get(output, output)


def _set_output(model: Any, tensor: int) -> None:
    """Makes the tensor the graph's output, under the name that the signature has for it."""
    model.subgraphs[0].outputs = np.array([tensor], np.int32)
    for signature in model.signatureDefs or []:
        for each in signature.outputs:
            each.tensorIndex = tensor
