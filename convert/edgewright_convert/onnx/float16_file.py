"""The float16 .onnx file with float32 input and output, guarded against what float16 cannot hold.

Two things go wrong in float16. Values beyond 65504 become infinite: operators that meet such values stay float32. And
each weight is off by up to 2**-11 of itself, which is much where few weights of a first layer cancel each other: the
144 weights of one depthwise convolution made 70 % of the difference in a MobileNetV2. Such a convolution is computed
twice, with the rounded kernel and with what the rounding left over, and added up: 22 bits, all in float16, since
TensorRT-RTX refuses float32 operators on Turing.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from onnxruntime.transformers.float16 import convert_float_to_float16

from edgewright_runtime.suggestion import named

from ..fidelity import Fidelity, fidelity_of
from .activation_ranges import ranges_of
from .checks import outputs_of_onnx
from .graph import attribute, canonical, initializers, serialised

_LARGEST = float(np.finfo(np.float16).max)

_MARGIN = 4
"""How much larger than on the images that were looked at a value may become before it leaves float16."""

_SMALL = 1024
"""Weights of a kernel below which it may be computed twice: less than a hundredth of a small MobileNetV2."""

_ENOUGH, _CLOSE = 0.9995, 2e-4
"""Expected agreement with float32, and mean difference of the probabilities, at which no further convolution is
computed twice; the second is what the same weights cost in float32 arithmetic."""

_LEAST_GAIN = 0.05
"""Of the difference; a convolution that brings less is not computed twice."""

_MOST = 6
"""Convolutions that are tried, those first whose rounding changes the outputs most."""


@dataclass(frozen=True)
class Float16File:
    """The file, and what was needed to keep it near the float32 one.

    Attributes:
        data: its content.
        wide: names of operators that stay float32, for their values leave float16.
        twice: names of convolutions that are computed twice.
    """

    data: bytes
    wide: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know, one phrase each."""
        wide = f"stays float32, for its values come near or beyond 65504, where float16 ends: {named(self.wide)}"
        twice = f"computed twice, with each kernel's rounding error as a second kernel: {named(self.twice)}"
        return (*([wide] if self.wide else []), *([twice] if self.twice else []))


def onnx_fp16_from_fp32(model: onnx.ModelProto, pixels: NDArray[np.uint8]) -> Float16File:
    """The float16 file of a float32 one.

    Args:
        model: float32, with batch normalisation folded.
        pixels: images to look at the values of activations and at the outputs on, uint8, shape (n, height, width,
            channels).
    """
    wide = operators_beyond_float16(model, pixels)
    reference = outputs_of_onnx(serialised(model), pixels)

    def made(twice: Collection[str]) -> Float16File:
        return Float16File(serialised(onnx_fp16_from_onnx(_split(model, twice), wide)), wide, tuple(twice))

    best = made(())
    nearest = fidelity_of(outputs_of_onnx(best.data, pixels), reference)
    for name in () if _near(nearest) else _most_sensitive(model, wide, pixels, reference)[:_MOST]:
        candidate = made((*best.twice, name))
        found = fidelity_of(outputs_of_onnx(candidate.data, pixels), reference)
        if found.distance < nearest.distance * (1 - _LEAST_GAIN):
            best, nearest = candidate, found
        if _near(nearest):
            break
    return best


def _near(found: Fidelity) -> bool:
    """Whether nothing more needs to be done for a file."""
    return found.expected >= _ENOUGH and found.distance <= _CLOSE


def onnx_fp16_from_onnx(model: onnx.ModelProto, wide: Iterable[str] = ()) -> onnx.ModelProto:
    """The model with float16 weights and arithmetic; input and output stay float32, as in every other format.

    Raw pixels are whole numbers up to 255, which float16 holds exactly.

    Args:
        model: float32.
        wide: names of operators that stay float32.
    """
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    with warnings.catch_warnings():
        # Weights too small for float16 become zero or its smallest number; the file is tried on images afterwards.
        warnings.filterwarnings("ignore", message="the float32 number .* will be truncated to")
        halved = convert_float_to_float16(
            copy, keep_io_types=True, disable_shape_infer=False, node_block_list=list(wide)
        )
    result = canonical(_without_round_trips(halved))
    result.metadata_props.extend(model.metadata_props if not result.metadata_props else [])
    return result


def _without_round_trips(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model in which operators that stay float32 hand each other float32: the converter casts there and back."""
    makers = {node.output[0]: node for node in model.graph.node if node.op_type == "Cast"}
    before = {
        name: makers[cast.input[0]].input[0]
        for name, cast in makers.items()
        if _casts_to(cast, onnx.TensorProto.FLOAT)
        and cast.input[0] in makers
        and _casts_to(makers[cast.input[0]], onnx.TensorProto.FLOAT16)
    }
    for node in model.graph.node:
        node.input[:] = [before.get(name, name) for name in node.input]
    return model


def _casts_to(node: onnx.NodeProto, dtype: int) -> bool:
    return attribute(node, "to") == dtype


def operators_beyond_float16(model: onnx.ModelProto, pixels: NDArray[np.uint8]) -> tuple[str, ...]:
    """The names of operators that read or make values which float16 may not hold.

    Args:
        model: float32.
        pixels: images to look at the values on, uint8, shape (n, height, width, channels).
    """
    constants = initializers(model.graph)
    computed = [name for node in model.graph.node for name in node.output if name]
    floats = _float_tensors(model)
    ranges = ranges_of(model, [name for name in computed if name in floats], pixels)
    large = {name for name, found in ranges.items() if not max(-found.low, found.high) * _MARGIN <= _LARGEST}
    large |= {
        name
        for name, value in constants.items()
        if value.dtype == np.float32 and np.abs(value).max(initial=0) > _LARGEST
    }
    return tuple(node.name for node in model.graph.node if large & {*node.input, *node.output})


def _float_tensors(model: onnx.ModelProto) -> set[str]:
    """Names of the float32 tensors, as shape inference finds them."""
    inferred = onnx.shape_inference.infer_shapes(model)
    return {
        value.name
        for value in (*inferred.graph.value_info, *inferred.graph.output)
        if value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    }


def _most_sensitive(
    model: onnx.ModelProto, wide: Collection[str], pixels: NDArray[np.uint8], reference: NDArray[np.float32]
) -> tuple[str, ...]:
    """The names of convolutions with small kernels, those first whose rounding alone changes the outputs most."""
    constants = initializers(model.graph)
    small = [
        node
        for node in model.graph.node
        if node.op_type == "Conv" and node.name not in wide and _is_small(constants, node)
    ]
    changed = {node.name: _distance(_rounded(model, node, constants), pixels, reference) for node in small}
    return tuple(sorted(changed, key=lambda name: -changed[name]))


def _is_small(constants: Mapping[str, NDArray[Any]], node: onnx.NodeProto) -> bool:
    return all(name in constants for name in node.input[1:]) and constants[node.input[1]].size < _SMALL


def _distance(model: onnx.ModelProto, pixels: NDArray[np.uint8], reference: NDArray[np.float32]) -> float:
    return fidelity_of(outputs_of_onnx(serialised(model), pixels), reference).distance


def _rounded(model: onnx.ModelProto, node: onnx.NodeProto, constants: Mapping[str, NDArray[Any]]) -> onnx.ModelProto:
    """The model with the constants of one operator rounded to float16."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    for tensor in result.graph.initializer:
        if tensor.name in node.input[1:]:
            half = constants[tensor.name].astype(np.float16).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(half, tensor.name))
    return result


def _split(model: onnx.ModelProto, names: Collection[str]) -> onnx.ModelProto:
    """The same model with these convolutions as two: by the kernel in float16, and by what that leaves over."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    constants = initializers(result.graph)
    nodes: list[onnx.NodeProto] = []
    for given in model.graph.node:
        node = onnx.NodeProto()
        node.CopyFrom(given)
        nodes.extend(_halves(result.graph, node, constants) if node.name in names else [node])
    del result.graph.node[:]
    result.graph.node.extend(nodes)
    return result


def _halves(
    graph: onnx.GraphProto, node: onnx.NodeProto, constants: Mapping[str, NDArray[Any]]
) -> tuple[onnx.NodeProto, ...]:
    """The convolution by its rounded constants, that by the rest, and their sum."""
    rest = onnx.NodeProto()
    rest.CopyFrom(node)
    rest.name = f"{node.name}/rest"
    for place, name in enumerate(node.input[1:], start=1):
        values = constants[name]
        rounded = values.astype(np.float16).astype(np.float32)
        for conv, part in ((node, rounded), (rest, values - rounded)):
            conv.input[place] = f"{conv.name}/part_{place}"
            graph.initializer.append(numpy_helper.from_array(part, conv.input[place]))
    made = node.output[0]
    node.output[0], rest.output[0] = f"{made}/rounded", f"{made}/rest"
    total = onnx.helper.make_node("Add", [node.output[0], rest.output[0]], [made], name=f"{node.name}/sum")
    return node, rest, total
