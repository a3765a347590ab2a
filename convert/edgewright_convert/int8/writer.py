"""A full-integer .tflite file whose activation ranges are given, not measured by the converter.

TFLiteConverter's own calibration gives the tensors that an addition reads the addition's range as well: up to twice the
step that they need in the bottlenecks of MobileNetV2, and 1.5 times on the normalised pixels. Fake-quantisation
operators carry our ranges past it, the way in which quantisation-aware training hands over its own. That is also some
ten times faster, as the converter has no image left to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from edgewright_runtime.errors import EdgewrightError

from .. import tflite
from ..float_model import FloatModel
from .graph import Graph, Step, answer_of, graph_of, is_probability
from .grid import ActivationRange
from .layer_scopes import layer_scope

_PIXELS = ActivationRange(0.0, 255.0)
_PROBABILITIES = ActivationRange(0.0, 255 / 256)


def tflite_from_ranges(model: Any, ranges: Mapping[str, ActivationRange]) -> bytes:
    """A full-integer .tflite file with uint8 input and output.

    Args:
        model: a folded Keras model with its weights on their grids, from `correct_in_order`.
        ranges: of the outputs of its layers, by name.

    Raises:
        EdgewrightError: TFLiteConverter refuses it, or would leave a part of it in float.
    """
    file = tflite.converted(as_float_model(model, with_fake_quantisation(model, ranges)), _settings)
    left = float_operators(file)
    if left:
        raise EdgewrightError(f"TFLite would compute {', '.join(left)} in float, for their ranges are not known")
    return file


def _settings(converter: Any) -> None:
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = tf.uint8
    converter.inference_output_type = tf.uint8


def as_float_model(model: Any, call: Any = None) -> FloatModel:
    """A Keras model in memory as the converters take it; `call` takes the place of its own computation."""
    shape = tuple(int(size) for size in model.inputs[0].shape[1:])
    return FloatModel(
        Path(model.name),
        call or (lambda pixels: model(pixels, training=False)),
        (shape[0], shape[1], shape[2]),
        int(model.outputs[0].shape[-1]),
        held=model,
    )


def float_operators(file: bytes) -> tuple[str, ...]:
    """The operators of a .tflite file that give a float tensor, by type."""
    interpreter = Interpreter(model_content=file)
    floats = {d["index"] for d in interpreter.get_tensor_details() if d["dtype"].__name__ == "float32"}
    return tuple(
        dict.fromkeys(op["op_name"] for op in interpreter._get_ops_details() if floats.intersection(op["outputs"]))
    )


def with_fake_quantisation(model: Any, ranges: Mapping[str, ActivationRange]) -> Callable[[Any], Any]:
    """The model's computation with a fake-quantisation operator after each layer that has a range.

    The operators are called by `range_label`, which tf2onnx keeps. TFLiteConverter does not: in its files the
    `layer_scope` in which each of these layers computes tells them apart.
    """

    def quantised(number: int, step: Step, output: Any) -> Any:
        known = ranges.get(step.operation.name)
        if known is not None:
            return known.quantised(output, name=range_label(number))
        return _PROBABILITIES.quantised(output) if is_probability(step.operation) else output

    computed = _in_scopes(graph_of(model), ranges, quantised)
    return lambda pixels: computed(_PIXELS.quantised(pixels))


def in_layer_scopes(model: Any, layers: Container[str] | None = None) -> Callable[[Any], Any]:
    """The model's float computation, from which .tflite files get tensors that name their layers.

    Args:
        model: functional or Sequential Keras model.
        layers: names of those that compute in their `layer_scope`, such as the ones that have a range; None for all.

    Raises:
        IndescribableError: see `graph_of`.
    """
    graph = graph_of(model)
    named = {step.operation.name for step in graph.steps} if layers is None else layers
    return _in_scopes(graph, named, lambda _number, _step, output: output)


def _in_scopes(graph: Graph, layers: Container[str], finished: Callable[[int, Step, Any], Any]) -> Callable[[Any], Any]:
    """The graph's computation, these layers in their scopes; what a step makes goes through `finished`."""

    def scope(step: Step) -> AbstractContextManager[Any]:
        name = step.operation.name
        return tf.name_scope(layer_scope(name)) if name in layers else nullcontext()

    return lambda pixels: answer_of(graph, pixels, finished, scope)


def range_label(number: int) -> str:
    """The name of the fake-quantisation operator after a graph's step of that number.

    Not the layer's own name: Keras allows characters there that TensorFlow's operators do not.
    """
    return f"range_{number}"


def labelled_layers(model: Any, ranges: Mapping[str, ActivationRange]) -> dict[str, str]:
    """The layer of each label, of those that have a range."""
    steps = graph_of(model).steps
    return {range_label(n): step.operation.name for n, step in enumerate(steps) if step.operation.name in ranges}
