"""The INT8 .onnx file of a corrected model: the .tflite file's weights and ranges in symmetric INT8."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .activation_ranges import Range
from .int8 import Corrected
from .int8.fallback import Fallback, Wanted, fallback
from .int8.grid import ActivationRange
from .int8.judge import Judged, judged
from .int8.noise import noise_of
from .onnx_checks import run_onnx
from .onnx_corrected import RangedModel, onnx_from_corrected
from .onnx_graph import serialised
from .onnx_int8 import onnx_int8_from_onnx, tensors_to_watch
from .onnx_signed import with_signed_activations

_BATCH = 20

_DOMINATING = 1 / 2
"""Share of the error of all coarse activations above which one of them is not quantised."""

_LEAST_COARSE = 4
"""Among fewer such activations, half of the error is no more than one's part."""


@dataclass(frozen=True)
class OnnxInt8File:
    """An INT8 .onnx file and how it came about.

    Attributes:
        data: its content.
        float16_layers: whose output is not quantised, with the share of the error that they caused, if that is why.
        judged: how near it is to the float model; None if that was not measured.
        fallback: the search for layers to keep in float, if there was one.
    """

    data: bytes
    float16_layers: Mapping[str, float | None]
    judged: Judged | None = None
    fallback: Fallback | None = None


def onnx_int8_from_corrected(
    corrected: Corrected,
    metadata: Mapping[str, str],
    pixels: NDArray[np.uint8],
    judging: NDArray[np.uint8],
    wanted: NDArray[np.float32],
    *,
    keep_float: Wanted | None = None,
) -> OnnxInt8File:
    """The INT8 file.

    Args:
        corrected: the corrected model.
        metadata: for the file.
        pixels: the representative dataset, uint8, shape (n, height, width, channels).
        judging: images that are not in it, same shape.
        wanted: the float model's probabilities for `judging`, shape (n, classes).
        keep_float: how many layers' outputs stay float16, see `fallback`. None keeps those that lose more than their
            part because symmetric INT8 has only 128 levels for them; `auto` keeps those, and more where needed.

    Raises:
        EdgewrightError: an operator of the model has no ONNX counterpart.
    """
    ranged = onnx_from_corrected(corrected, metadata, pixels)
    model, ranges = with_signed_activations(ranged.model, ranged.ranges)

    def build(layers: Collection[str]) -> bytes:
        keep = {tensor for tensor, layer in ranged.layers.items() if layer in layers}
        return serialised(onnx_int8_from_onnx(model, ranges, keep=keep))

    grids = _grids(ranged, ranges, corrected.ranges)
    shares = _dominating(corrected, grids, pixels) if keep_float in {None, "auto"} else {}
    if not keep_float or not len(judging):
        return OnnxInt8File(build(shares), shares)
    others = tuple(layer for layer in grids if layer not in shares)
    found = fallback(
        tuple(noise_of(corrected.model, grids, others, judging)),
        lambda layers: build((*shares, *layers)),
        lambda file: judged(onnx_answers(file, judging), wanted),
        keep_float,
    )
    return OnnxInt8File(found.data, {**shares, **dict.fromkeys(found.layers)}, found.after, found)


def onnx_answers(file: bytes, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The probabilities that an .onnx file gives, shape (n, classes)."""
    starts = range(0, len(pixels), _BATCH)
    return np.concatenate([run_onnx(file, pixels[start : start + _BATCH]) for start in starts])


def _grids(
    ranged: RangedModel, ranges: Mapping[str, Range], known: Mapping[str, ActivationRange]
) -> dict[str, ActivationRange]:
    """What each quantised layer's grid reaches, in the values of the Keras model; several tensors may share a layer."""
    grids: dict[str, ActivationRange] = {}
    for tensor in tensors_to_watch(ranged.model):
        layer = ranged.layers.get(tensor)
        if layer is None:
            continue
        moved = ranges[tensor] != ranged.ranges[tensor]
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
    noise = noise_of(corrected.model, grids, coarse, pixels)
    total = sum(noise.values())
    return {name: value / total for name, value in noise.items() if value > _DOMINATING * total}
