"""A full-integer .tflite file in which chosen activations are float32.

A few tensors often carry most of the error of quantization. Leaving out their fake-quantization operators would not do:
TFLiteConverter then writes operators that quantize on the fly. So the finished file is changed instead, and all that
has nothing to do with the chosen tensors stays as it is.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection

from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.suggestion import named

from ...int8.network.layer_scopes import layers_in
from .float_operators import rewrite
from .quantized_graph import QuantizedGraph
from .repacking import repacked

_Operators = schema.BuiltinOperator

_MOVING = frozenset(
    {
        _Operators.BATCH_TO_SPACE_ND,
        _Operators.BROADCAST_TO,
        _Operators.DEPTH_TO_SPACE,
        _Operators.EXPAND_DIMS,
        _Operators.GATHER,
        _Operators.MAX_POOL_2D,
        _Operators.MIRROR_PAD,
        _Operators.PAD,
        _Operators.PADV2,
        _Operators.RESHAPE,
        _Operators.RESIZE_NEAREST_NEIGHBOR,
        _Operators.REVERSE_V2,
        _Operators.SLICE,
        _Operators.SPACE_TO_BATCH_ND,
        _Operators.SPACE_TO_DEPTH,
        _Operators.SPLIT,
        _Operators.SPLIT_V,
        _Operators.SQUEEZE,
        _Operators.STRIDED_SLICE,
        _Operators.TILE,
        _Operators.TRANSPOSE,
        _Operators.UNPACK,
    }
)
"""Operators that only move or select values: what they give has the levels, and the error, of what they read."""


def quantized_layers(file: bytes) -> tuple[str, ...]:
    """The layers whose output `tflite_with_float_layers` can leave in float, in the order of execution.

    Args:
        file: a full-integer .tflite file from `tflite_from_ranges`.
    """
    return tuple(dict.fromkeys(layer for layer, _ in _layers_of(QuantizedGraph(file))))


def tflite_with_float_layers(file: bytes, layers: Collection[str]) -> bytes:
    """The file with the outputs of these layers in float32; the same input gives the same bytes.

    The operator that makes such a tensor and all that read it compute in float32, with the weights that the INT8 file
    has; so do operators that only move its values on, as PAD and RESHAPE do, and those that read theirs. Everything
    else, the uint8 input and output too, stays as it is.

    Args:
        file: a full-integer .tflite file from `tflite_from_ranges`.
        layers: names of Keras layers that have a range of their own, see `quantized_layers`; none changes nothing.

    Raises:
        EdgewrightError: there is no such layer, a part of the file is already in float, or TFLite cannot compute one of
            the operators in float.
    """
    if not layers:
        return file
    graph = QuantizedGraph(file)
    if any(tensor.type == schema.TensorType.FLOAT32 for tensor in graph.tensors):
        raise EdgewrightError(
            "Layers can be excluded from quantization only in a full-integer file; a part of this one is in float"
        )
    rewrite(graph, _in_float(graph, _with_moved(graph, _tensors_of(graph, layers))))
    changed = repacked(graph.model)
    _check(changed, layers)
    return changed


def _layers_of(graph: QuantizedGraph) -> list[tuple[str, int]]:
    """Layers and their tensors; a layer that became several operators, or is called several times, has several."""
    made = [tensor for operator in graph.operators for tensor in graph.activations(operator.outputs)]
    names = [(layers_in(graph.name(tensor)), tensor) for tensor in made]
    # Nobody could say whose a tensor with two scopes is; the fake-quantization operators between layers forbid them.
    return [(layer, tensor) for layers, tensor in names if len(layers) == 1 for layer in layers]


def _tensors_of(graph: QuantizedGraph, layers: Collection[str]) -> frozenset[int]:
    found = _layers_of(graph)
    known = dict.fromkeys(layer for layer, _ in found)
    for layer in layers:
        if layer not in known:
            raise EdgewrightError(
                f"The INT8 file has no activation of a layer {layer!r} that could stay in float; it has, for example, "
                f"{', '.join(_nearest(layer, list(known)))}"
            )
    return frozenset(tensor for layer, tensor in found if layer in layers)


def _nearest(layer: str, known: list[str]) -> list[str]:
    """A layer with an activation inside often has its range under a longer name."""
    longer = [name for name in known if name.startswith(layer)]
    return (longer or difflib.get_close_matches(layer, known) or known)[:5]


def _with_moved(graph: QuantizedGraph, tensors: frozenset[int]) -> frozenset[int]:
    """These tensors and all that have the same values in another arrangement, or on another grid behind them."""
    grown = tensors
    while True:
        more = set(grown)
        for operator in graph.operators:
            read, made = graph.activations(operator.inputs), graph.activations(operator.outputs)
            moving = graph.kind(operator) in _MOVING
            if (moving or graph.is_requantization(operator)) and more.intersection(read):
                more.update(made)
            if moving and more.intersection(made):
                more.update(read)
        if more == grown:
            return grown
        grown = frozenset(more)


def _in_float(graph: QuantizedGraph, tensors: frozenset[int]) -> frozenset[int]:
    """The operators that compute in float, by their place; QUANTIZE computes nothing."""
    touching = frozenset(
        place
        for place, operator in enumerate(graph.operators)
        if tensors.intersection((*operator.inputs, *operator.outputs)) and graph.kind(operator) != _Operators.QUANTIZE
    )
    return touching | _moving_between(graph, touching)


def _moving_between(graph: QuantizedGraph, in_float: frozenset[int]) -> frozenset[int]:
    """The operators that move what one of these makes to another of these."""
    numbered = [
        (place, set(graph.activations(operator.inputs)), set(graph.activations(operator.outputs)))
        for place, operator in enumerate(graph.operators)
        if place in in_float or graph.kind(operator) in _MOVING or graph.is_requantization(operator)
    ]
    made: set[int] = set()
    for place, inputs, outputs in numbered:
        made |= outputs if place in in_float or inputs & made else set()
    read: set[int] = set()
    for place, inputs, outputs in reversed(numbered):
        read |= inputs if place in in_float or outputs & read else set()
    between = frozenset(place for place, inputs, outputs in numbered if inputs & made and outputs & read)
    return frozenset(place for place in between if graph.kind(graph.operators[place]) in _MOVING)


def _check(file: bytes, layers: Collection[str]) -> None:
    """Refuses a file that the interpreter cannot prepare."""
    try:
        Interpreter(model_content=file).allocate_tensors()
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise EdgewrightError(f"TFLite cannot compute {named(sorted(layers))} in float: {reason}") from error
