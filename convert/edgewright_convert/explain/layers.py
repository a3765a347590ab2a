"""Each layer of an INT8 .tflite file against the same layer of the float32 file, on the same images."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from edgewright_runtime.backends.base import Tensor
from edgewright_runtime.backends.quantization import dequantize_output, quantize_input
from edgewright_runtime.errors import EdgewrightError

from ..int8.network.layer_scopes import first_layer_in, layers_in
from ..tflite.interpreter import operations_of, tensor_of

_STEPS = 255
"""Steps between the least and the greatest INT8 value."""

_OUTPUT = "output"

_SAYS_NO_LAYER = frozenset({"StatefulPartitionedCall", "PartitionedCall", "batchnorm"})

BEST_DB = 50.0
"""What eight bits reach by rounding alone, 6.02 dB each and 1.76 dB. Pixels can be exact, and no layer after them is to
blame for not being so."""


@dataclass(frozen=True)
class LayerError:
    """How far one layer's INT8 output lies from its float output, over all images.

    Attributes:
        layer: the Keras layer's name; where the file does not tell it, `output` for what the file gives, otherwise
            a part of the tensor's name.
        operator: TFLite's name of the operator.
        shape: of its output, batch first.
        sqnr_db: signal to quantization noise, 10 log10(sum of squares of the float output / of the difference).
        lost_db: how much lower that is than the worst of the layer's inputs: what this layer itself costs. Neither
            counts as more than `BEST_DB`.
        weights_db: the same ratio as `sqnr_db` when the file's weights are computed with in float; None if not known.
        activations_db: the ratio when only activations are quantized, the weights being the file's own on both sides;
            None if not known.
        rmse_over_scale: root mean square difference in quantization steps; 0.29 is rounding alone (1 / sqrt(12)).
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
    weights_db: float | None
    activations_db: float | None
    rmse_over_scale: float
    range_utilisation: float
    saturation: float
    scale: float
    zero_point: int


@dataclass
class _Ratio:
    """Signal and noise, added up over the images."""

    signal: float = 0.0
    noise: float = 0.0

    def add(self, reference: NDArray[np.float64], candidate: NDArray[np.floating]) -> None:
        self.signal += float(np.square(reference).sum())
        self.noise += float(np.square(reference - candidate).sum())

    @property
    def decibels(self) -> float:
        if self.noise == 0.0:
            return 200.0  # above what float32 itself can tell apart
        return 10 * math.log10(self.signal / self.noise) if self.signal else 0.0


@dataclass
class _Sums:
    """What is added up over the images for one tensor."""

    whole: _Ratio = field(default_factory=_Ratio)
    weights: _Ratio = field(default_factory=_Ratio)
    activations: _Ratio = field(default_factory=_Ratio)
    values: int = 0
    outside: int = 0
    least: int = 127
    greatest: int = -128


@dataclass(frozen=True)
class _Pair:
    """One tensor of the INT8 file and its twins in the float files, of which the second may be missing."""

    tensor: Tensor
    layer: str
    operator: str
    inputs: tuple[int, ...]
    index: int
    float_index: int
    grid_index: int | None
    sums: _Sums = field(default_factory=_Sums)


def layer_errors(
    float_file: bytes,
    int8_file: bytes,
    pixels: NDArray[np.uint8],
    *,
    grid_file: bytes | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> tuple[LayerError, ...]:
    """One row per layer, in the order in which they are computed.

    Args:
        float_file: a float32 .tflite file, its channels scaled as in `int8_file`.
        int8_file: full-integer, converted from the same model.
        pixels: raw pixels, uint8, shape (n, height, width, channels).
        grid_file: like `float_file`, with the weights of `int8_file`; tells errors of weights and activations apart.
        on_progress: called with how many images are done, as a phrase.

    Raises:
        EdgewrightError: the files were not made from the same model.
    """
    candidate = _interpreter(int8_file)
    references = [_interpreter(file) for file in (float_file, grid_file) if file is not None]
    pairs = _pairs(candidate, references)
    if all(pair.layer == _OUTPUT for pair in pairs):
        raise EdgewrightError(
            "The float and the INT8 file have no layer in common; they must be conversions of one model"
        )
    for number, image in enumerate(pixels, start=1):
        for interpreter in (candidate, *references):
            _invoke(interpreter, image)
        for pair in pairs:
            _add(pair, candidate, references)
        on_progress(f"{number} of {len(pixels)} images")
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
    interpreter.set_tensor(detail["index"], quantize_input(image[np.newaxis], tensor_of(detail)))
    interpreter.invoke()


def _pairs(candidate: Any, references: Sequence[Any]) -> tuple[_Pair, ...]:
    """The INT8 file's layer outputs that every float file has too."""
    output = _output(candidate)
    twins = [_twins(candidate, reference) for reference in references]
    by_index = {detail["index"]: detail for detail in candidate.get_tensor_details()}
    pairs: dict[int, _Pair] = {}
    for operation in operations_of(candidate):
        detail = by_index[operation.outputs[0]]
        tensor, index = tensor_of(detail), int(detail["index"])
        if tensor.dtype == "int8" and tensor.scale and all(index in known for known in twins):
            found = [known[index] for known in twins]
            layer, on_grid = _short(tensor.name, is_output=index == output), found[1] if len(found) > 1 else None
            pair = _Pair(tensor, layer, operation.name, operation.inputs, index, found[0], on_grid)
            # The list ends with the delegate that runs several of the layers before it: each tensor counts once.
            pairs.setdefault(index, pair)
    return tuple(pairs.values())


def _twins(candidate: Any, reference: Any) -> dict[int, int]:
    """The float tensor of each INT8 tensor, by index: the one of that name, else the one that its layer makes.

    Both files keep the names of the graph they come from, but the converter joins them in different ways. Only the
    output has a name of its own: in the INT8 file that of a last operator that changes its type.
    """
    ours, theirs = _made(candidate), _made(reference)
    ours_of, theirs_of = _by_layer(ours), _by_layer(theirs)
    by_name = {name: index for index, name in theirs.items()}
    alone = {
        found[0]: theirs_of[layer][0]
        for layer, found in ours_of.items()
        if len(found) == 1 and len(theirs_of.get(layer, ())) == 1
    }
    named = {index: by_name[name] for index, name in ours.items() if name in by_name}
    output = _output(candidate)
    outputs = {} if output is None else {output: int(reference.get_output_details()[0]["index"])}
    shapes, reference = _shapes(candidate), _shapes(reference)
    found = outputs | alone | named
    return {index: twin for index, twin in found.items() if shapes[index] == reference[twin]}


def _output(candidate: Any) -> int | None:
    """The INT8 tensor that becomes the file's uint8 output."""
    output = candidate.get_output_details()[0]["index"]
    for operation in operations_of(candidate):
        if operation.name == "QUANTIZE" and output in operation.outputs:
            return operation.inputs[0]
    return None


def _made(interpreter: Any) -> dict[int, str]:
    """The names of all tensors that operators make, by index."""
    names = {int(detail["index"]): detail["name"] for detail in interpreter.get_tensor_details()}
    return {index: names[index] for each in operations_of(interpreter) for index in each.outputs}


def _shapes(interpreter: Any) -> dict[int, tuple[int, ...]]:
    return {int(each["index"]): tuple(map(int, each["shape"])) for each in interpreter.get_tensor_details()}


def _by_layer(names: dict[int, str]) -> dict[str, list[int]]:
    """The tensors that are of one layer alone, by layer."""
    found: dict[str, list[int]] = {}
    for index, name in names.items():
        layers = layers_in(name)
        if len(layers) == 1:
            found.setdefault(next(iter(layers)), []).append(index)
    return found


def _add(pair: _Pair, candidate: Any, references: Sequence[Any]) -> None:
    sums, tensor = pair.sums, pair.tensor
    stored = candidate.get_tensor(pair.index)
    given = dequantize_output(stored, tensor)
    reference = references[0].get_tensor(pair.float_index).astype(np.float64)
    sums.whole.add(reference, given)
    if pair.grid_index is not None:
        on_grid = references[1].get_tensor(pair.grid_index).astype(np.float64)
        sums.weights.add(reference, on_grid)
        sums.activations.add(on_grid, given)
    sums.values += reference.size
    steps = np.round(reference / tensor.scale) + tensor.zero_point
    sums.outside += int(((steps < -128) | (steps > 127)).sum())
    sums.least = min(sums.least, int(stored.min()))
    sums.greatest = max(sums.greatest, int(stored.max()))


def _rows(pairs: tuple[_Pair, ...]) -> tuple[LayerError, ...]:
    sqnr = {pair.index: pair.sums.whole.decibels for pair in pairs}
    return tuple(_row(pair, sqnr) for pair in pairs)


def _row(pair: _Pair, sqnr: dict[int, float]) -> LayerError:
    tensor, sums = pair.tensor, pair.sums
    before = min((sqnr[index] for index in pair.inputs if index in sqnr), default=sqnr[pair.index])
    apart = pair.grid_index is not None
    return LayerError(
        layer=pair.layer,
        operator=pair.operator,
        shape=tuple(size or 0 for size in tensor.shape),
        sqnr_db=sqnr[pair.index],
        lost_db=min(before, BEST_DB) - min(sqnr[pair.index], BEST_DB),
        weights_db=sums.weights.decibels if apart else None,
        activations_db=sums.activations.decibels if apart else None,
        rmse_over_scale=math.sqrt(sums.whole.noise / sums.values) / tensor.scale,
        range_utilisation=(sums.greatest - sums.least) / _STEPS,
        saturation=sums.outside / sums.values,
        scale=tensor.scale,
        zero_point=tensor.zero_point,
    )


def _short(name: str, *, is_output: bool) -> str:
    """The layer's name; without a scope that gives it, the innermost scope of the operator that comes first.

    TFLite lists all that was fused: `StatefulPartitionedCall/model/block_1_project_BN/batchnorm/add_1;...`.
    """
    layer = first_layer_in(name)
    if layer is not None or is_output:
        return layer or _OUTPUT
    *scopes, operator = name.split(";", maxsplit=1)[0].split("/")
    telling = [scope for scope in scopes if scope not in _SAYS_NO_LAYER]
    return telling[-1] if telling else operator
