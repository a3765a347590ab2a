"""A folded Keras model's computation with its activations' ranges written into it as fake-quantization operators.

Converters measure ranges themselves if nothing tells them. TFLiteConverter's own calibration gives the tensors that an
addition reads the addition's range as well: up to twice the step that they need in the bottlenecks of MobileNetV2, and
1.5 times on the normalised pixels. These operators carry our ranges past it, the way in which quantization-aware
training hands over its own.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import tensorflow as tf

from ..quantization_grids import ActivationRange
from .keras_graph import Graph, Step, graph_of, is_probability, output_of
from .layer_scopes import layer_scope

_PIXELS = ActivationRange(0.0, 255.0)
_PROBABILITIES = ActivationRange(0.0, 255 / 256)


def with_fake_quantization(model: Any, ranges: Mapping[str, ActivationRange]) -> Callable[[Any], Any]:
    """The model's computation with a fake-quantization operator after each layer that has a range.

    The operators are called by `range_label`, which tf2onnx keeps. TFLiteConverter does not: in its files the
    `layer_scope` in which each of these layers computes tells them apart.
    """

    def quantized(number: int, step: Step, output: Any) -> Any:
        known = ranges.get(step.operation.name)
        if known is not None:
            return known.quantized(output, name=range_label(number))
        return _PROBABILITIES.quantized(output) if is_probability(step.operation) else output

    computed = _in_scopes(graph_of(model), ranges, quantized)
    return lambda pixels: computed(_PIXELS.quantized(pixels))


def in_layer_scopes(model: Any, layers: Container[str] | None = None) -> Callable[[Any], Any]:
    """The model's float computation, from which .tflite files get tensors that name their layers.

    Args:
        model: functional or Sequential Keras model.
        layers: names of those that compute in their `layer_scope`, such as the ones that have a range; None for all.

    Raises:
        UnsupportedModelError: see `graph_of`.
    """
    graph = graph_of(model)
    named = {step.operation.name for step in graph.steps} if layers is None else layers
    return _in_scopes(graph, named, lambda _number, _step, output: output)


def _in_scopes(graph: Graph, layers: Container[str], finished: Callable[[int, Step, Any], Any]) -> Callable[[Any], Any]:
    """The graph's computation, these layers in their scopes; what a step makes goes through `finished`."""

    def scope(step: Step) -> AbstractContextManager[Any]:
        name = step.operation.name
        return tf.name_scope(layer_scope(name)) if name in layers else nullcontext()

    return lambda pixels: output_of(graph, pixels, finished, scope)


def range_label(number: int) -> str:
    """The name of the fake-quantization operator after a graph's step of that number.

    Not the layer's own name: Keras allows characters there that TensorFlow's operators do not.
    """
    return f"range_{number}"


def labelled_layers(model: Any, ranges: Mapping[str, ActivationRange]) -> dict[str, str]:
    """The layer of each label, of those that have a range."""
    steps = graph_of(model).steps
    return {range_label(n): step.operation.name for n, step in enumerate(steps) if step.operation.name in ranges}
