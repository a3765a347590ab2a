"""INT8 .onnx files with explicit QuantizeLinear and DequantizeLinear nodes, by one of two schemes.

One scale per output channel for weights, in symmetric INT8, and one per tensor for activations. For TensorRT
activations are symmetric too and biases float32; matrix products, and convolutions excluded from quantization, are
float16: tensorrt-rtx refuses float32 matrix products on Turing (SM 7.5). All else that is not quantized stays float32:
with float16 scales onnxruntime turns the biases into INT32 with a scale that underflows (measured on a fine-tuned
MobileNetV2: 18 % agreement with the float model in place of 96 %).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from .activation_ranges import Range, ranges_of
from .graph import canonical, initializers
from .half_operators import with_half_operators
from .schemes import TENSORRT, Scheme

_LEVELS = 127
_STEPS = 255
_SMALLEST_SCALE = float(np.finfo(np.float32).tiny)  # of a tensor that is always zero


def tensors_to_watch(model: onnx.ModelProto, scheme: Scheme = TENSORRT) -> tuple[str, ...]:
    """The activations that get a scale, in the order of the graph."""
    constants = initializers(model.graph)
    found = [name for node in model.graph.node for name in _quantized_inputs(node, constants, scheme)]
    return tuple(dict.fromkeys(found))


def onnx_int8_from_onnx(
    model: onnx.ModelProto,
    ranges: Mapping[str, Range],
    *,
    exclude: Collection[str] = (),
    scheme: Scheme = TENSORRT,
) -> onnx.ModelProto:
    """The INT8 model.

    Args:
        model: float32, with batch normalisation folded.
        ranges: of every tensor in `tensors_to_watch(model, scheme)`.
        exclude: tensors that are not quantized; the convolutions that read them compute in float.
        scheme: what is quantized, and how.
    """
    quantized = onnx.ModelProto()
    quantized.CopyFrom(model)
    graph = quantized.graph
    constants = initializers(graph)
    nodes: list[onnx.NodeProto] = []
    added: dict[str, str] = {}
    # onnxruntime runs an operator in INT8 only if all that reads its output reads it quantized: of a hard swish, both
    # the product and what makes its other factor.
    everywhere = set(tensors_to_watch(model, scheme)) - set(exclude) if scheme.zero_points else set()
    for node in graph.node:
        quantized_inputs = [name for name in _quantized_inputs(node, constants, scheme) if name not in exclude]
        for name in (each for each in dict.fromkeys(node.input) if each in quantized_inputs or each in everywhere):
            if name not in added:
                added[name] = _activation(graph, nodes, name, grid_of(ranges[name], scheme))
            node.input[:] = [added[name] if given == name else given for given in node.input]
        if node.op_type in scheme.weighted and quantized_inputs:
            axis = scheme.weighted[node.op_type] if scheme.per_channel else None
            node.input[1] = _weights(graph, nodes, node, constants[node.input[1]], axis)
        nodes.append(node)
    copies = [_copied(node) for node in nodes]
    del graph.node[:]
    graph.node.extend(copies)
    return canonical(with_half_operators(quantized) if scheme.half else quantized)


def onnx_int8_with_measured_ranges(
    model: onnx.ModelProto, pixels: NDArray[np.uint8], scheme: Scheme = TENSORRT
) -> onnx.ModelProto:
    """The baseline INT8 model: each activation's range is that of its values on these images.

    Args:
        model: float32, with batch normalisation folded.
        pixels: the representative dataset, uint8, shape (n, height, width, channels).
        scheme: what is quantized, and how.
    """
    return onnx_int8_from_onnx(model, ranges_of(model, tensors_to_watch(model, scheme), pixels), scheme=scheme)


@dataclass(frozen=True)
class Grid:
    """The levels of a quantized activation: `scale * (level - zero_point)`, levels as the zero point's dtype holds."""

    scale: np.float32
    zero_point: np.int8 | np.uint8


def grid_of(found: Range, scheme: Scheme) -> Grid:
    """The grid that covers the range, and zero, which padding needs to be exact."""
    if not scheme.zero_points:
        return Grid(np.float32(max(found.scale, _SMALLEST_SCALE)), np.int8(0))
    low, high = min(found.low, 0.0), max(found.high, 0.0)
    scale = np.float32(max((high - low) / _STEPS, _SMALLEST_SCALE))
    return Grid(scale, np.uint8(np.clip(np.rint(-low / float(scale)), 0, _STEPS)))


def _quantized_inputs(node: onnx.NodeProto, constants: Mapping[str, object], scheme: Scheme) -> list[str]:
    if node.op_type in scheme.weighted and node.input[1] in constants:
        return [node.input[0]]
    if node.op_type in scheme.unweighted and not any(name in constants for name in node.input):
        return list(dict.fromkeys(node.input))
    return []


def _activation(graph: onnx.GraphProto, nodes: list[onnx.NodeProto], name: str, grid: Grid) -> str:
    """Puts a Q/DQ pair after a tensor, and returns the name of what comes out."""
    scale_name, zero_name = f"{name}/scale", f"{name}/zero_point"
    graph.initializer.append(numpy_helper.from_array(np.array(grid.scale), scale_name))
    graph.initializer.append(numpy_helper.from_array(np.array(grid.zero_point), zero_name))
    stored, real = f"{name}/stored", f"{name}/real"
    nodes.append(
        onnx.helper.make_node("QuantizeLinear", [name, scale_name, zero_name], [stored], name=f"{name}/quantize")
    )
    nodes.append(
        onnx.helper.make_node("DequantizeLinear", [stored, scale_name, zero_name], [real], name=f"{name}/dequantize")
    )
    return real


def _weights(
    graph: onnx.GraphProto, nodes: list[onnx.NodeProto], node: onnx.NodeProto, kernel: NDArray[Any], axis: int | None
) -> str:
    """Stores a kernel as INT8 with one scale per output channel, or one for all, and returns its real values' name."""
    stored, scales = quantized_weights(kernel.astype(np.float32), axis)
    name = node.input[1]
    parts: dict[str, NDArray[Any]] = {"stored": stored, "scale": scales, "zero_point": np.zeros(scales.shape, np.int8)}
    for part, value in parts.items():
        graph.initializer.append(numpy_helper.from_array(value, f"{name}/{part}"))
    inputs = [f"{name}/{part}" for part in parts]
    along: dict[str, Any] = {} if axis is None else {"axis": axis}
    nodes.append(
        onnx.helper.make_node("DequantizeLinear", inputs, [f"{name}/real"], name=f"{name}/dequantize", **along)
    )
    return f"{name}/real"


def quantized_weights(kernel: NDArray[np.float32], axis: int | None) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """The kernel as INT8 in -127..127, and its scales, one per channel along `axis`; without an axis a single one."""
    others = tuple(i for i in range(kernel.ndim) if i != axis)
    scales = np.asarray(np.maximum(np.abs(kernel).max(axis=others) / _LEVELS, _SMALLEST_SCALE), np.float32)
    shape = [-1 if i == axis else 1 for i in range(kernel.ndim)]
    stored = np.clip(np.rint(kernel / scales.reshape(shape)), -_LEVELS, _LEVELS).astype(np.int8)
    return stored, scales


def _copied(node: onnx.NodeProto) -> onnx.NodeProto:
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    return copy
