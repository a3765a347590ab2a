"""Batch normalisation and padding folded into the convolutions of an ONNX graph.

tf2onnx leaves the normalisation after a depthwise convolution as a multiplication and an addition. Quantized on its
own it would cost a rounding step per layer, and TensorRT fuses an INT8 convolution only with what touches it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from .graph import attribute, consumers, initializers

_NEUTRAL = {"Mul": 1.0, "Add": 0.0}

Fold = Callable[["_Graph", onnx.NodeProto], bool]


class _Graph:
    """A graph while it is being changed."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.proto = graph
        self.constants = initializers(graph)
        self.readers = consumers(graph)
        self.makers = {name: node for node in graph.node for name in node.output}
        self.outputs = {value.name for value in graph.output}

    def only_reader(self, name: str) -> onnx.NodeProto | None:
        """The one node that reads the tensor; None where several do, none does, or it is an output of the graph."""
        readers = self.readers.get(name, [])
        return readers[0] if len(readers) == 1 and name not in self.outputs else None

    def add_constant(self, name: str, value: NDArray[Any]) -> str:
        """Adds the array, of any shape and dtype that ONNX has, as a constant; returns its name.

        That is `name`, made longer where it is taken. The constant that is replaced stays, for others may read it.
        """
        while name in self.constants:
            name += "_folded"
        self.constants[name] = value
        self.proto.initializer.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name


def folded(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with every such Mul, Add and Pad folded into the convolution beside it."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    _drop_neutral(result.graph)
    for fold in (_fold_mul, _fold_add, _fold_pad):
        while _fold_once(result.graph, fold):
            pass
    return result


def _drop_neutral(graph: onnx.GraphProto) -> None:
    """Takes out multiplications by one and additions of zero."""
    state = _Graph(graph)
    instead: dict[str, str] = {}
    for node in list(graph.node):
        node.input[:] = [instead.get(name, name) for name in node.input]
        neutral = _NEUTRAL.get(node.op_type)
        constant = state.constants.get(node.input[1]) if neutral is not None else None
        does_nothing = constant is not None and constant.size == 1 and constant.item() == neutral
        if does_nothing and node.output[0] not in state.outputs:
            instead[node.output[0]] = node.input[0]
            graph.node.remove(node)


def _fold_once(graph: onnx.GraphProto, fold: Fold) -> bool:
    state = _Graph(graph)
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    # Each fold touches one convolution and its one neighbour, so one reading of the graph serves them all.
    return sum(fold(state, node) for node in convolutions) > 0


def _channel_operand(
    state: _Graph, conv: onnx.NodeProto, op_type: str
) -> tuple[onnx.NodeProto, NDArray[np.float32]] | None:
    """The node of that type that follows, with its constant as one value per output channel."""
    after = state.only_reader(conv.output[0])
    if after is None or after.op_type != op_type:
        return None
    other = next((name for name in after.input if name != conv.output[0]), None)
    value = state.constants.get(other or "")
    channels = state.constants[conv.input[1]].shape[0] if conv.input[1] in state.constants else 0
    if value is None or not channels or value.ndim > 4:
        return None
    shape = (1,) * (4 - value.ndim) + value.shape
    if shape not in {(1, channels, 1, 1), (1, 1, 1, 1)}:
        return None
    return after, np.broadcast_to(value.reshape(shape), (1, channels, 1, 1)).reshape(channels).astype(np.float32)


def _take_over(state: _Graph, conv: onnx.NodeProto, after: onnx.NodeProto) -> None:
    conv.output[0] = after.output[0]
    state.proto.node.remove(after)


def _fold_mul(state: _Graph, conv: onnx.NodeProto) -> bool:
    found = _channel_operand(state, conv, "Mul")
    if found is None:
        return False
    after, factor = found
    weights = state.constants[conv.input[1]] * factor.reshape(-1, 1, 1, 1)
    conv.input[1] = state.add_constant(conv.input[1], weights.astype(np.float32))
    if len(conv.input) > 2 and conv.input[2]:
        conv.input[2] = state.add_constant(conv.input[2], (state.constants[conv.input[2]] * factor).astype(np.float32))
    _take_over(state, conv, after)
    return True


def _fold_add(state: _Graph, conv: onnx.NodeProto) -> bool:
    has_bias = len(conv.input) > 2 and bool(conv.input[2])
    found = _channel_operand(state, conv, "Add")
    if found is None or (has_bias and conv.input[2] not in state.constants):
        return False
    after, term = found
    bias = state.constants[conv.input[2]] + term if has_bias else term
    name = state.add_constant(f"{conv.input[1]}_bias", bias.astype(np.float32))
    conv.input[:] = [*conv.input[:2], name]
    _take_over(state, conv, after)
    return True


def _fold_pad(state: _Graph, conv: onnx.NodeProto) -> bool:
    pad = state.makers.get(conv.input[0])
    if pad is None or pad.op_type != "Pad" or state.only_reader(pad.output[0]) is None:
        return False
    amounts = _zero_padding(state, pad)
    if amounts is None or attribute(conv, "auto_pad", b"NOTSET") not in {b"NOTSET", b"VALID"}:
        return False
    own = attribute(conv, "pads") or [0, 0, 0, 0]
    total = [int(a) + int(b) for a, b in zip(own, amounts, strict=True)]  # type: ignore[call-overload]
    kept = [each for each in conv.attribute if each.name not in {"pads", "auto_pad"}]
    del conv.attribute[:]
    conv.attribute.extend([*kept, onnx.helper.make_attribute("pads", total)])
    conv.input[0] = pad.input[0]
    state.proto.node.remove(pad)
    return True


def _zero_padding(state: _Graph, pad: onnx.NodeProto) -> list[int] | None:
    """Top, left, bottom and right of a Pad that puts zeros around height and width only; else None."""
    if len(pad.input) < 2 or pad.input[1] not in state.constants or (len(pad.input) > 3 and pad.input[3]):
        return None
    if attribute(pad, "mode", b"constant") != b"constant":
        return None
    if len(pad.input) > 2 and pad.input[2]:
        value = state.constants.get(pad.input[2])
        if value is None or np.any(value != 0):
            return None
    amounts = state.constants[pad.input[1]].tolist()
    if len(amounts) != 8 or any(amounts[place] for place in (0, 1, 4, 5)) or min(amounts) < 0:
        return None
    return [amounts[2], amounts[3], amounts[6], amounts[7]]
