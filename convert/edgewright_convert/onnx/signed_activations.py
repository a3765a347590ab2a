"""All 256 levels of symmetric INT8 for activations that are never negative.

TensorRT takes no zero points, so that the values 0 to 6 of a ReLU6 would get 128 levels. Where nothing but convolutions
without padding read such a tensor, it is moved down by half its range, which costs nothing: the move goes into the bias
before it, the bounds of its Clip, and the biases after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from .activation_ranges import Range
from .graph import attribute, consumers, initializers

_LEVELS_BELOW = 128


def with_signed_activations(
    model: onnx.ModelProto, ranges: Mapping[str, Range]
) -> tuple[onnx.ModelProto, dict[str, Range]]:
    """The model, equal up to rounding, with such activations moved around zero; and the ranges that follow.

    Only the output of a Clip is moved, for it stays a Clip: a Relu would become one, which TensorRT fuses less readily.

    Args:
        model: float32, with batch normalisation folded.
        ranges: by tensor.
    """
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph, found = result.graph, dict(ranges)
    constants, readers = initializers(graph), consumers(graph)
    makers = {name: node for node in graph.node for name in node.output}
    for clip in graph.node:
        before, after = makers.get(clip.input[0]), readers.get(clip.output[0], [])
        if clip.op_type != "Clip" or before is None or not _movable(clip, before, after, constants, readers, found):
            continue
        step = found[clip.output[0]].high / 255
        move = np.float32(_LEVELS_BELOW * step)
        found[clip.output[0]] = Range(-_LEVELS_BELOW * step, (255 - _LEVELS_BELOW) * step)
        _set(graph, constants, before, 2, constants[before.input[2]] - move)
        for place in (1, 2):
            _set(graph, constants, clip, place, constants[clip.input[place]] - move)
        for reader in after:
            sums = constants[reader.input[1]].sum(axis=(1, 2, 3), dtype=np.float64)
            _set(graph, constants, reader, 2, constants[reader.input[2]] + move * sums)
    return result, found


def _movable(
    clip: onnx.NodeProto,
    before: onnx.NodeProto,
    after: Sequence[onnx.NodeProto],
    constants: Mapping[str, NDArray[np.float32]],
    readers: Mapping[str, Sequence[onnx.NodeProto]],
    ranges: Mapping[str, Range],
) -> bool:
    found = ranges.get(clip.output[0])
    return (
        found is not None
        and found.low == 0.0 < found.high
        and len(clip.input) == 3
        and all(name in constants for name in clip.input[1:])
        and _has_constants(before, constants)
        and len(readers[before.output[0]]) == 1
        and len(after) > 0
        and all(_has_constants(reader, constants) and _is_unpadded(reader) for reader in after)
    )


def _has_constants(node: onnx.NodeProto, constants: Mapping[str, object]) -> bool:
    return node.op_type == "Conv" and len(node.input) == 3 and all(name in constants for name in node.input[1:])


def _is_unpadded(conv: onnx.NodeProto) -> bool:
    pads = list(attribute(conv, "pads", []))  # type: ignore[call-overload]
    return attribute(conv, "auto_pad", b"NOTSET") in {b"NOTSET", b"VALID"} and not any(pads)


def _set(
    graph: onnx.GraphProto,
    constants: dict[str, NDArray[np.float32]],
    node: onnx.NodeProto,
    place: int,
    value: NDArray[np.floating],
) -> None:
    """Gives the node a constant of its own; others may share the old one."""
    name = f"{node.name}/moved_{place}"
    stored = np.asarray(value, np.float32)
    node.input[place] = name
    if name in constants:  # moved twice: as a reader and as what is read
        (old,) = [tensor for tensor in graph.initializer if tensor.name == name]
        graph.initializer.remove(old)
    constants[name] = stored
    graph.initializer.append(numpy_helper.from_array(stored, name))
