"""Channels brought to similar size, so that one scale per tensor suits them all, without changing the function.

Source of the idea: Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019. There
it is done between layers with a ReLU. Here it is done where the loss lies in MobileNetV2, in the linear bottlenecks
that additions tie together, and in ReLU6 layers as far as there is room below 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from ..correction_steps import Equalization
from ..network.keras_graph import Graph, Step, is_depthwise, is_relu, weights_of
from ..network.pixel_normalisation import normalisation_steps
from ..network.simulation import outputs_of_steps

_BEFORE_DEPTHWISE = 1.0
_BEFORE_DENSE = 0.3
"""How much of the difference in size is taken away. All of it where it is free: a depthwise layer has a weight scale
for each channel. Less where the next layer's weights pay for it with their own precision."""

_ROOM = 1.15
"""Factor by which a channel may exceed what it reached on the calibration images before it is cut off."""

_MOST = 8.0
_CHUNK = 4
_TINY = 1e-6


def equalize(graph: Graph, pixels: NDArray[np.uint8], how: Equalization) -> None:
    """Rescales the channels of the graph's layers in place.

    Args:
        graph: of a folded model.
        pixels: calibration images, uint8, shape (n, height, width, channels).
        how: where, and how much.
    """
    sizes = _largest(graph, pixels)
    for tied in _streams(graph):
        _equalize_stream(graph, tied, sizes, how.stream)
    for step in graph.steps if how.relu else ():
        if is_relu(step.operation):
            _equalize_relu(graph, step, sizes)


def _largest(graph: Graph, pixels: NDArray[np.uint8]) -> dict[int, NDArray[np.float32]]:
    """The largest absolute value of each channel of each step's output, by the tensor's id."""
    if any(isinstance(step.output, (tuple, list, dict)) for step in graph.steps):
        return {}
    found: dict[int, NDArray[np.float32]] = {}
    for start in range(0, len(pixels), _CHUNK):
        for step, output in outputs_of_steps(graph, pixels[start : start + _CHUNK]):
            largest = np.asarray(tf.reduce_max(tf.abs(output), axis=list(range(len(output.shape) - 1))))
            key = id(step.output)
            found[key] = np.maximum(found[key], largest) if key in found else largest
    return found


def _streams(graph: Graph) -> list[list[Step]]:
    """Groups of linear steps and additions whose outputs must keep the same channel sizes.

    Only those are given that nothing but linear steps and additions read or write: there a factor cancels exactly.
    """
    linear = {id(step): step for step in _scalable(graph)}
    consumers, producers = graph.consumers(), graph.producers()
    members = [step for step in graph.steps if id(step) in linear or type(step.operation) is layers.Add]
    group = {id(step): {id(step)} for step in members}
    sound = set(group)
    for step in members:
        if type(step.operation) is not layers.Add:
            continue
        for tensor in step.inputs:
            source = producers.get(id(tensor))
            if source is None or id(source) not in group or tensor.shape != step.output.shape:
                sound.discard(id(step))
                continue
            merged = group[id(step)] | group[id(source)]
            group.update((key, merged) for key in merged)
    for step in members:
        readers = consumers[id(step.output)]
        if not readers or any(id(reader) not in group for reader in readers):
            sound.discard(id(step))
    unique = {min(keys): keys for keys in group.values() if keys <= sound}
    return [[step for step in members if id(step) in keys] for keys in unique.values()]


def _scalable(graph: Graph) -> Sequence[Step]:
    """The linear steps without the normalisation, whose steps are the pixels' own."""
    normalising = {id(step) for step in normalisation_steps(graph)}
    return [step for step in graph.linear_steps() if id(step) not in normalising]


def _equalize_stream(
    graph: Graph, stream: Sequence[Step], sizes: dict[int, NDArray[np.float32]], strength: float
) -> None:
    if any(id(step.output) not in sizes for step in stream):
        return
    largest = [np.maximum(sizes[id(step.output)], _TINY) for step in stream]
    shares = np.mean([np.log(size / size.max()) for size in largest], axis=0)
    factors = np.minimum(np.exp(strength * (shares.max() - shares)), _MOST)
    consumers = graph.consumers()
    for step in stream:
        if type(step.operation) is not layers.Add:
            _scale_outputs(step.operation, factors)
        for reader in consumers[id(step.output)]:
            if type(reader.operation) is not layers.Add:
                _scale_inputs(reader.operation, factors)


def _equalize_relu(graph: Graph, relu: Step, sizes: dict[int, NDArray[np.float32]]) -> None:
    before = graph.producers().get(id(relu.inputs[0]))
    after = _sole_reader(graph, relu)
    scalable = [id(step) for step in _scalable(graph)]
    if before is None or after is None or not {id(before), id(after)} <= set(scalable) or id(relu.output) not in sizes:
        return
    if len(graph.consumers()[id(before.output)]) != 1:
        return
    largest = np.maximum(sizes[id(relu.output)], _TINY)
    ceiling = _ceiling(relu.operation)
    limit = float(largest.max()) if ceiling is None else ceiling / _ROOM
    exponent = _BEFORE_DEPTHWISE if is_depthwise(after.operation) else _BEFORE_DENSE
    factors = np.clip(limit / largest, 1.0, _MOST) ** exponent
    _scale_outputs(before.operation, factors)
    _scale_inputs(after.operation, factors)


def _sole_reader(graph: Graph, step: Step) -> Step | None:
    readers = graph.consumers()[id(step.output)]
    if len(readers) == 1 and type(readers[0].operation) is layers.ZeroPadding2D:
        readers = graph.consumers()[id(readers[0].output)]
    return readers[0] if len(readers) == 1 else None


def _ceiling(layer: Any) -> float | None:
    """The value at which a ReLU stops, if it does."""
    if type(layer) is layers.ReLU:
        return None if layer.max_value is None else float(layer.max_value)
    return 6.0 if layer.activation is keras.activations.relu6 else None


def _scale_outputs(layer: Any, factors: NDArray[np.floating]) -> None:
    kernel, bias = weights_of(layer)
    scaled = kernel * (factors[:, np.newaxis] if is_depthwise(layer) else factors)
    layer.set_weights([scaled.astype(np.float32), (bias * factors).astype(np.float32)])


def _scale_inputs(layer: Any, factors: NDArray[np.floating]) -> None:
    kernel, bias = weights_of(layer)
    layer.set_weights([(kernel / factors[:, np.newaxis]).astype(np.float32), bias])
