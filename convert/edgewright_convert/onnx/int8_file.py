"""The INT8 .onnx file of a corrected model.

It has the .tflite file's weights and ranges: with its zero points for onnxruntime on a CPU, in
symmetric INT8 for TensorRT.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import onnx
from numpy.typing import NDArray

from ..int8 import (
    ActivationRange,
    Corrected,
    Fidelity,
    MixedPrecision,
    fidelity_of,
    mixed_precision_notes,
    search_mixed_precision,
    sensitivity_of_layers,
)
from ..int8.mixed_precision import Affordable
from ..options import DEFAULT_OPSET, Effort, FloatLayers
from .activation_ranges import Range
from .arithmetic import multiplications
from .checks import outputs_of_onnx
from .corrected_model import RangedModel, onnx_from_corrected
from .graph import serialised
from .qdq import onnx_int8_from_onnx, tensors_to_watch
from .schemes import TENSORRT, Scheme, schemes_tried
from .signed_activations import with_signed_activations

_DOMINATING = 1 / 2
"""Share of the error of all coarse activations above which one of them is not quantized."""

_BUDGET = 0.1
"""Share of a network's multiplications that may be float16 without being asked for. In float16 TensorRT takes up to
twice the time for them, so that the engine is at most a tenth slower than one that quantizes all."""

_LEAST_COARSE = 4
"""Among fewer such activations, half of the error is no more than one's part."""


@dataclass(frozen=True)
class OnnxInt8File:
    """An INT8 .onnx file and how it came about.

    Attributes:
        data: its content.
        effort: what made it, or `baseline` for ranges that were measured on the float32 file.
        why: a phrase for the user where it is not the corrected file; otherwise empty.
        float_layers: whose output is excluded from quantization, with the share of the error that they caused, if
            that is why.
        fidelity: how near it is to the float model; None if that was not measured.
        mixed_precision: the search for layers to exclude from quantization, if there was one.
        per_channel: its weights have a scale for each output channel, otherwise one for each kernel.
    """

    data: bytes
    effort: str
    why: str = ""
    float_layers: Mapping[str, float | None] = field(default_factory=dict)
    fidelity: Fidelity | None = None
    mixed_precision: MixedPrecision | None = None
    per_channel: bool = True

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of layers excluded from quantization, one phrase each."""
        causes = tuple(
            f"the output of {layer} stays float16: it alone causes {share:.0%} of the error of the activations that "
            f"have 128 levels only"
            for layer, share in self.float_layers.items()
            if share is not None
        )
        if not self.per_channel:
            causes += ("each kernel has one scale: that is nearer to the float model than one for each channel",)
        if self.mixed_precision is None:
            return causes
        return (*causes, *mixed_precision_notes(self.mixed_precision, "float", further=bool(causes)))


@dataclass(frozen=True)
class FidelityOfOnnx:
    """Compares .onnx files with the float model's outputs, `reference`, on the same images."""

    pixels: NDArray[np.uint8]
    reference: NDArray[np.float32]

    def __call__(self, file: bytes) -> Fidelity:
        """The file's fidelity on these images."""
        return fidelity_of(outputs_of_onnx(file, self.pixels), self.reference)


@dataclass(frozen=True)
class Tried:
    """A file of one of the schemes that are tried, and how near it is."""

    data: bytes
    scheme: Scheme
    fidelity: Fidelity

    def file(self, effort: str, why: str = "") -> OnnxInt8File:
        """The same as a file that `effort` made."""
        return OnnxInt8File(self.data, effort, why, fidelity=self.fidelity, per_channel=self.scheme.per_channel)


def nearest_of_schemes(
    build: Callable[[Scheme], bytes], fidelity: Callable[[bytes], Fidelity], scheme: Scheme
) -> Tried:
    """The file of the scheme or of its like with one scale for each kernel; the former unless the latter is nearer."""
    best, *others = (Tried(data, each, fidelity(data)) for each in schemes_tried(scheme) for data in [build(each)])
    for other in others:
        if other.fidelity.is_nearer_than(best.fidelity):
            best = other
    return best


def onnx_int8_from_corrected(
    corrected: Corrected,
    metadata: Mapping[str, str],
    pixels: NDArray[np.uint8],
    validation: NDArray[np.uint8],
    reference: NDArray[np.float32],
    *,
    effort: Effort,
    exclude: FloatLayers | None = None,
    scheme: Scheme = TENSORRT,
    opset: int = DEFAULT_OPSET,
) -> OnnxInt8File:
    """The corrected model's INT8 file.

    Args:
        corrected: the corrected model.
        metadata: for the file.
        pixels: the representative dataset, uint8, shape (n, height, width, channels).
        validation: images that are not in it, same shape.
        reference: the float model's probabilities for `validation`, shape (n, classes).
        effort: that the correction was made with.
        exclude: how many layers' outputs stay float (float16 for TensorRT), see `mixed_precision`. None excludes those
            that lose more than their part because symmetric INT8 has only 128 levels for them, and for TensorRT as
            many more as are needed and `_BUDGET` allows; `auto` the same without a limit on their cost.
        scheme: what is quantized, and how.
        opset: that the file is written in.

    Raises:
        EdgewrightError: an operator of the model has no ONNX counterpart.
    """
    graph = _graph_of(corrected, metadata, pixels, scheme, opset)
    shares = _dominating(corrected, graph.grids, pixels) if exclude in {None, "auto"} else {}
    count = scheme.excludes if exclude is None else exclude
    fidelity = FidelityOfOnnx(validation, reference)
    if not len(validation) or (not count and len(schemes_tried(scheme)) == 1):
        return OnnxInt8File(graph.quantized(shares), effort, float_layers=shares)
    if not count:
        best = nearest_of_schemes(partial(graph.quantized, shares), fidelity, scheme)
        return replace(best.file(effort), float_layers=shares)
    others = tuple(layer for layer in graph.grids if layer not in shares)
    found = search_mixed_precision(
        lambda: tuple(sensitivity_of_layers(corrected.model, graph.grids, others, validation)),
        lambda layers: graph.quantized((*shares, *layers)),
        fidelity,
        count,
        _within_budget(graph.ranged, scheme) if exclude is None else None,
    )
    layers = {**shares, **dict.fromkeys(found.layers)}
    searched = found if exclude is not None or found.attempts else None
    return OnnxInt8File(found.data, effort, float_layers=layers, fidelity=found.after, mixed_precision=searched)


@dataclass(frozen=True)
class _Graph:
    """The corrected model as ONNX, not quantized yet.

    Attributes:
        ranged: as it was exported, with the layer that each tensor comes of.
        model: the same as it is quantized: where there are no zero points, with signed activations.
        ranges: of its tensors.
        grids: what each quantized layer's grid reaches, in the values of the Keras model.
        scheme: what is quantized, and how.
    """

    ranged: RangedModel
    model: onnx.ModelProto
    ranges: Mapping[str, Range]
    grids: Mapping[str, ActivationRange]
    scheme: Scheme

    def quantized(self, layers: Collection[str], of: Scheme | None = None) -> bytes:
        """The INT8 file, in which these layers' outputs stay float."""
        tensors = {tensor for tensor, layer in self.ranged.layers.items() if layer in layers}
        return serialised(onnx_int8_from_onnx(self.model, self.ranges, exclude=tensors, scheme=of or self.scheme))


def _graph_of(
    corrected: Corrected, metadata: Mapping[str, str], pixels: NDArray[np.uint8], scheme: Scheme, opset: int
) -> _Graph:
    ranged = onnx_from_corrected(corrected, metadata, pixels, scheme, opset=opset)
    model, ranges = ranged.model, ranged.ranges
    if not scheme.zero_points:
        model, ranges = with_signed_activations(model, ranges)
    return _Graph(ranged, model, ranges, _grids(ranged, ranges, corrected.ranges, scheme), scheme)


def _within_budget(ranged: RangedModel, scheme: Scheme) -> Affordable:
    """Whether what reads these layers' outputs multiplies no more than `_BUDGET` of all."""
    counts = multiplications(ranged.model)
    total = sum(counts.values())
    cost: dict[str, int] = {}
    for node in ranged.model.graph.node:
        if node.op_type in scheme.weighted and node.input[0] in ranged.layers:
            layer = ranged.layers[node.input[0]]
            cost[layer] = cost.get(layer, 0) + counts.get(node.name, 0)
    return lambda layers: sum(cost.get(layer, 0) for layer in layers) <= _BUDGET * total


def _grids(
    ranged: RangedModel, ranges: Mapping[str, Range], known: Mapping[str, ActivationRange], scheme: Scheme
) -> dict[str, ActivationRange]:
    """What each quantized layer's grid reaches, in the values of the Keras model; several tensors may share a layer."""
    grids: dict[str, ActivationRange] = {}
    for tensor in tensors_to_watch(ranged.model, scheme):
        layer = ranged.layers.get(tensor)
        if layer is None:
            continue
        moved = scheme.zero_points or ranges[tensor] != ranged.ranges[tensor]
        scale = ranges[tensor].scale
        grids[layer] = known[layer] if moved else ActivationRange(-128 * scale, 127 * scale)
    return grids


def _dominating(
    corrected: Corrected, grids: Mapping[str, ActivationRange], pixels: NDArray[np.uint8]
) -> dict[str, float | None]:
    """Layers that are never negative, so that half of the levels are empty, and cause most of the error of all such."""
    coarse = tuple(name for name, grid in grids.items() if corrected.ranges[name].low == 0.0 and grid.low < 0.0)
    if len(coarse) < _LEAST_COARSE:
        return {}
    sensitivity = sensitivity_of_layers(corrected.model, grids, coarse, pixels)
    total = sum(sensitivity.values())
    return {name: value / total for name, value in sensitivity.items() if value > _DOMINATING * total}
