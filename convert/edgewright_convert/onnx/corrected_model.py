"""The float32 .onnx graph of a model that was corrected for INT8, and the range of each of its activations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray

from ..float_model import float_model_of_keras
from ..int8 import Corrected
from ..int8.network import labelled_layers, with_fake_quantization
from ..int8.network.layer_scopes import SCOPE_PREFIX
from ..options import DEFAULT_OPSET
from .activation_ranges import Range, ranges_of
from .export import exported, finished
from .folding import folded
from .graph import canonical_with_names
from .qdq import tensors_to_watch
from .schemes import TENSORRT, Scheme

_SAME_VALUES = frozenset({"Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "MaxPool"})
"""Operators whose output has no value that their input has not."""

_SUFFIX = "_QuantizeLinear"
"""That tf2onnx gives to the node it writes for a fake-quantization operator."""


@dataclass(frozen=True)
class RangedModel:
    """A float32 graph whose activations' ranges are known.

    Attributes:
        model: float32, with batch normalisation folded.
        ranges: of every tensor in `tensors_to_watch(model, scheme)`, by the tensor's name.
        layers: the Keras layer whose output a tensor holds, by the tensor's name; none for those made inside a layer.
    """

    model: onnx.ModelProto
    ranges: Mapping[str, Range]
    layers: Mapping[str, str]


def onnx_from_corrected(
    corrected: Corrected,
    metadata: Mapping[str, str],
    pixels: NDArray[np.uint8],
    scheme: Scheme = TENSORRT,
    *,
    opset: int = DEFAULT_OPSET,
) -> RangedModel:
    """The corrected model as ONNX, with the very ranges that its .tflite file has.

    The ranges travel through tf2onnx as fake-quantization operators, which it writes as pairs of QuantizeLinear and
    DequantizeLinear. Their places are noted, and the pairs taken out again: they have zero points, which TensorRT does
    not take.

    Args:
        corrected: what `corrected_model` gives.
        metadata: for the file.
        pixels: the representative dataset, uint8, shape (n, height, width, channels); looked at only where a Keras
            layer became several operators.
        scheme: of the file that will be made from it.
        opset: that it is written in.

    Raises:
        EdgewrightError: an operator of the model has no ONNX counterpart.
    """
    float_model = float_model_of_keras(corrected.model, with_fake_quantization(corrected.model, corrected.ranges))
    bare, labels = _without_pairs(exported(float_model, opset=opset))
    first, renamed = canonical_with_names(bare)
    second, renamed_again = canonical_with_names(folded(first))
    layer_of = labelled_layers(corrected.model, corrected.ranges)
    layers = {
        renamed_again[renamed[tensor]]: layer_of[label]
        for tensor, label in labels.items()
        if label in layer_of and renamed.get(tensor) in renamed_again
    }
    layers = _inherited(second, layers)
    ranges = {
        tensor: Range(corrected.ranges[layer].low, corrected.ranges[layer].high) for tensor, layer in layers.items()
    }
    unknown = [name for name in tensors_to_watch(second, scheme) if name not in ranges]
    measured = ranges_of(second, unknown, pixels) if unknown else {}
    return RangedModel(finished(second, float_model.classes, metadata), {**ranges, **measured}, layers)


def _without_pairs(model: onnx.ModelProto) -> tuple[onnx.ModelProto, dict[str, str]]:
    """The model without Q/DQ pairs, and the label of each tensor that had one."""
    labels: dict[str, str] = {}
    instead: dict[str, str] = {}
    kept = []
    for node in model.graph.node:
        inputs = [instead.get(name, name) for name in node.input]
        if node.op_type == "QuantizeLinear":
            labels[inputs[0]] = node.name.split("/")[-1].split(_SUFFIX)[0]
            instead[node.output[0]] = inputs[0]
        elif node.op_type == "DequantizeLinear":  # of a pair always; tf2onnx may have moved a Transpose between the two
            instead[node.output[0]] = inputs[0]
        else:
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.input[:] = inputs
            copy.name = node.name.removeprefix(SCOPE_PREFIX)
            kept.append(copy)
    result = onnx.ModelProto()
    result.CopyFrom(model)
    del result.graph.node[:]
    result.graph.node.extend(kept)
    _restore_outputs(result.graph, instead)
    return result, labels


def _restore_outputs(graph: onnx.GraphProto, instead: Mapping[str, str]) -> None:
    """Gives the graph's outputs their names again, where the pair that made them is gone."""
    names = {instead[value.name]: value.name for value in graph.output if value.name in instead}
    for node in graph.node:
        for field in (node.input, node.output):
            field[:] = [names.get(name, name) for name in field]


def _inherited(model: onnx.ModelProto, layers: Mapping[str, str]) -> dict[str, str]:
    """The layers of these tensors, and of tensors that only move or select their values."""
    found = dict(layers)
    for node in model.graph.node:
        if node.op_type in _SAME_VALUES and node.input[0] in found:
            found.setdefault(node.output[0], found[node.input[0]])
    return found
