"""Each layer of an INT8 .tflite file against the same layer of the float32 file, on the same images."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgewright_runtime.backends.base import Tensor
from edgewright_runtime.backends.quantization import real_from_stored, stored_from_pixels
from edgewright_runtime.errors import EdgewrightError

_STEPS = 255
"""Steps between the least and the greatest INT8 value."""


@dataclass(frozen=True)
class LayerError:
    """How far one layer's INT8 output lies from its float output, over all images.

    Attributes:
        layer: the layer's name, as the file has it, shortened to its first part.
        operator: TFLite's name of the operator.
        shape: of its output, batch first.
        sqnr_db: signal to quantisation noise, 10 log10(sum of squares of the float output / of the difference).
        lost_db: how much lower that is than the worst of the layer's inputs: what this layer itself costs.
        rmse_over_scale: root mean square difference in quantisation steps; 0.29 is rounding alone (1 / sqrt(12)).
        range_utilisation: share of the 255 steps between the least and greatest value that occurred, 0 to 1.
        saturation: share of float values outside what the tensor can represent, 0 to 1.
        scale: the tensor's quantization parameter.
        zero_point: likewise.
    """

    layer: str
    operator: str
    shape: tuple[int, ...]
    sqnr_db: float
    lost_db: float
    rmse_over_scale: float
    range_utilisation: float
    saturation: float
    scale: float
    zero_point: int


@dataclass
class _Sums:
    """What is added up over the images for one tensor."""

    signal: float = 0.0
    noise: float = 0.0
    values: int = 0
    outside: int = 0
    least: int = 127
    greatest: int = -128


@dataclass(frozen=True)
class _Pair:
    """One tensor of the INT8 file and its float twin."""

    tensor: Tensor
    operator: str
    inputs: tuple[int, ...]
    index: int
    float_index: int
    sums: _Sums = field(default_factory=_Sums)


def layer_errors(
    float_file: bytes, int8_file: bytes, pixels: NDArray[np.uint8], *, advance: Callable[[], None] = lambda: None
) -> tuple[LayerError, ...]:
    """One row per layer, in the order in which they are computed.

    Args:
        float_file: model_fp32.tflite.
        int8_file: model_int8.tflite, converted from the same model.
        pixels: raw pixels, uint8, shape (n, height, width, channels).
        advance: called after each image.

    Raises:
        EdgewrightError: the two files were not made from the same model.
    """
    reference, candidate = _interpreter(float_file), _interpreter(int8_file)
    pairs = _pairs(reference, candidate)
    if not pairs:
        raise EdgewrightError(
            "The float and the INT8 file have no layer in common; they must be plain conversions of one model"
        )
    for image in pixels:
        _invoke(reference, image)
        _invoke(candidate, image)
        for pair in pairs:
            _add(pair, reference.get_tensor(pair.float_index), candidate.get_tensor(pair.index))
        advance()
    return _rows(pairs)


def _interpreter(data: bytes) -> Any:
    with warnings.catch_warnings():
        # Tensors between the layers stay readable only if the interpreter keeps them all, at the cost it warns of.
        warnings.filterwarnings("ignore", message=r"Warning: Enabling `experimental_preserve_all_tensors`")
        interpreter = Interpreter(model_content=data, experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    return interpreter


def _invoke(interpreter: Any, image: NDArray[np.uint8]) -> None:
    detail = interpreter.get_input_details()[0]
    interpreter.set_tensor(detail["index"], stored_from_pixels(image[np.newaxis], _tensor(detail)))
    interpreter.invoke()


def _tensor(detail: dict[str, Any]) -> Tensor:
    scale, zero_point = detail["quantization"]
    shape = tuple(int(size) for size in detail["shape"])
    return Tensor(detail["name"], shape, np.dtype(detail["dtype"]).name, float(scale), int(zero_point))


def _pairs(reference: Any, candidate: Any) -> tuple[_Pair, ...]:
    """The INT8 file's layer outputs that the float file has too: both keep the names of the graph they come from."""
    float_index = {detail["name"]: detail["index"] for detail in reference.get_tensor_details()}
    by_index = {detail["index"]: detail for detail in candidate.get_tensor_details()}
    pairs: dict[int, _Pair] = {}
    for operation in candidate._get_ops_details():
        detail = by_index[operation["outputs"][0]]
        tensor = _tensor(detail)
        if tensor.dtype == "int8" and tensor.scale and tensor.name in float_index:
            inputs = tuple(int(index) for index in operation["inputs"])
            # The list ends with the delegate that runs several of the layers before it: each tensor counts once.
            pair = _Pair(tensor, operation["op_name"], inputs, detail["index"], float_index[tensor.name])
            pairs.setdefault(pair.index, pair)
    return tuple(pairs.values())


def _add(pair: _Pair, real: NDArray[np.float32], stored: NDArray[np.int8]) -> None:
    sums, tensor = pair.sums, pair.tensor
    wanted = real.astype(np.float64)
    sums.signal += float(np.square(wanted).sum())
    sums.noise += float(np.square(wanted - real_from_stored(stored, tensor)).sum())
    sums.values += wanted.size
    steps = np.round(wanted / tensor.scale) + tensor.zero_point
    sums.outside += int(((steps < -128) | (steps > 127)).sum())
    sums.least = min(sums.least, int(stored.min()))
    sums.greatest = max(sums.greatest, int(stored.max()))


def _rows(pairs: tuple[_Pair, ...]) -> tuple[LayerError, ...]:
    sqnr = {pair.index: _decibels(pair.sums.signal, pair.sums.noise) for pair in pairs}
    return tuple(_row(pair, sqnr) for pair in pairs)


def _row(pair: _Pair, sqnr: dict[int, float]) -> LayerError:
    tensor, sums = pair.tensor, pair.sums
    before = min((sqnr[index] for index in pair.inputs if index in sqnr), default=sqnr[pair.index])
    return LayerError(
        layer=_short(tensor.name),
        operator=pair.operator,
        shape=tuple(size or 0 for size in tensor.shape),
        sqnr_db=sqnr[pair.index],
        lost_db=before - sqnr[pair.index],
        rmse_over_scale=math.sqrt(sums.noise / sums.values) / tensor.scale,
        range_utilisation=(sums.greatest - sums.least) / _STEPS,
        saturation=sums.outside / sums.values,
        scale=tensor.scale,
        zero_point=tensor.zero_point,
    )


def _decibels(signal: float, noise: float) -> float:
    if noise == 0.0:
        return 200.0  # above what float32 itself can tell apart
    return 10 * math.log10(signal / noise) if signal else 0.0


def _short(name: str) -> str:
    """The layer's own name in TFLite's list of everything that was fused: `model/block_1_project/conv;…`."""
    parts = name.split(";", maxsplit=1)[0].split("/")
    return parts[1] if len(parts) > 1 else parts[0]
