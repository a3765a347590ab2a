"""Convolutions and matrix products in float16 within a float32 ONNX graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from .graph import initializers

WEIGHTED = frozenset({"Conv", "MatMul", "Gemm"})


def with_half_operators(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with every convolution and matrix product by float32 weights in float16, between casts.

    Operators whose weights come out of a DequantizeLinear are INT8, and stay as they are.
    """
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    constants = initializers(graph)
    nodes: list[onnx.NodeProto] = []
    for original in model.graph.node:
        node = onnx.NodeProto()
        node.CopyFrom(original)
        if node.op_type in WEIGHTED and node.input[1] in constants:
            nodes.extend(_halved(graph, node, constants))
        else:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    return result


def _halved(graph: onnx.GraphProto, node: onnx.NodeProto, constants: dict[str, NDArray[Any]]) -> list[onnx.NodeProto]:
    before = []
    for place, name in enumerate(node.input):
        half = f"{name}/half_{node.name}"
        if name in constants:
            graph.initializer.append(numpy_helper.from_array(constants[name].astype(np.float16), half))
        else:
            before.append(_cast(name, half, onnx.TensorProto.FLOAT16, f"{node.name}/to_half"))
        node.input[place] = half
    made = node.output[0]
    node.output[0] = f"{made}/half"
    return [*before, node, _cast(node.output[0], made, onnx.TensorProto.FLOAT, f"{node.name}/to_float")]


def _cast(source: str, target: str, dtype: int, name: str) -> onnx.NodeProto:
    return onnx.helper.make_node("Cast", [source], [target], name=name, to=dtype)
