"""How many multiplications a graph takes, by operator: what a layer costs that is not quantized."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import onnx

from .graph import initializers


def multiplications(model: onnx.ModelProto) -> Mapping[str, int]:
    """Of each convolution and matrix product with a constant kernel, for one image, by the node's name.

    Each output position of a convolution multiplies every weight once; a matrix product is one of a single position.
    """
    constants = initializers(model.graph)
    shapes = _shapes(model)
    found = {}
    for node in model.graph.node:
        if node.op_type in {"Conv", "MatMul", "Gemm"} and node.input[1] in constants:
            positions = prod(shapes.get(node.output[0], ())[2:])
            found[node.name] = int(constants[node.input[1]].size) * positions
    return found


def _shapes(model: onnx.ModelProto) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor that shape inference finds; 1 stands for what it leaves open."""
    inferred = onnx.shape_inference.infer_shapes(model)
    return {
        value.name: tuple(dim.dim_value or 1 for dim in value.type.tensor_type.shape.dim)
        for value in (*inferred.graph.value_info, *inferred.graph.output)
    }
