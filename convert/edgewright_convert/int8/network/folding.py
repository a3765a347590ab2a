"""Batch normalisation folded into the layer beside it, so that every linear layer has one kernel and one bias.

Into the one before it where that is linear, as behind a convolution. Else into a dense layer behind it, as between a
pooling or an activation and the next layer of a head: as a multiplication and an addition of its own it would cost two
roundings of features whose channels differ in scale.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, tree
from numpy.typing import NDArray

from .keras_graph import Graph, Step, UnsupportedModelError, graph_of, is_depthwise
from .pixel_normalisation import pixel_normalisation_of


def folded_model(model: Any) -> Any:
    """A Keras model of its own weights that computes the same function without batch normalisation.

    Each linear layer has a bias, and no activation inside: that is a layer of its own after it, which converters fuse
    again. Dropout is gone, nested models lie open, and what normalises the pixels is one step or two, see
    `pixel_normalisation`.

    Args:
        model: functional or Sequential; it is not changed.

    Raises:
        UnsupportedModelError: see `graph_of`.
    """
    graph = graph_of(model)
    behind = _foldable(graph)
    ahead = _foldable_ahead(graph, {id(step) for step in behind.values()})
    linear = {id(step) for step in graph.linear_steps()}
    skipped = {id(step) for step in (*behind.values(), *ahead.values())}
    of_pixels = pixel_normalisation_of(graph)
    of_pixels_steps = of_pixels.steps if of_pixels else ()
    skipped |= {id(step) for step in of_pixels_steps[:-1]}
    start = keras.Input(graph.input.shape[1:], batch_size=graph.input.shape[0], name=model.inputs[0].name)
    values: dict[int, Any] = {id(graph.input): start}
    copies: dict[int, Any] = {}
    names = _unique_names(graph)
    for step in graph.steps:
        if id(step) in skipped:
            output = values[id(step.inputs[0])]
        elif id(step) in linear:
            output = _linear(step, (ahead.get(id(step)), behind.get(id(step))), values, names)
        elif of_pixels is not None and step is of_pixels.steps[-1]:
            output = of_pixels.of_pixels(start)
        else:
            output = _copied(step, values, copies, names)
        pairs = zip(tree.flatten(step.output), tree.flatten(output), strict=True)
        values.update((id(tensor), value) for tensor, value in pairs)
    try:
        return keras.Model(start, values[id(graph.output)], name=model.name)
    except ValueError as error:  # a name that folding gave is one that the model uses
        raise UnsupportedModelError(str(error).splitlines()[0]) from error


def _unique_names(graph: Graph) -> dict[int, str]:
    """A name for each layer, by its id: its own, or with a number where layers of nested models have the same."""
    names: dict[int, str] = {}
    for step in graph.steps:
        layer = step.operation
        if not isinstance(layer, layers.Layer) or id(layer) in names:
            continue
        name, number = layer.name, 1
        while name in names.values():
            number += 1
            name = f"{layer.name}_{number}"
        names[id(layer)] = name
    return names


def _foldable(graph: Graph) -> dict[int, Step]:
    """The normalisation after each linear step that alone reads its output, by the linear step's id."""
    consumers = graph.consumers()
    found = {}
    for step in graph.linear_steps():
        readers = consumers[id(step.output)]
        unactivated = step.operation.activation is keras.activations.linear
        if unactivated and len(readers) == 1 and step.output is not graph.output and _normalises_channels(readers[0]):
            found[id(step)] = readers[0]
    return found


def _foldable_ahead(graph: Graph, taken: set[int]) -> dict[int, Step]:
    """The normalisation before each dense step that alone reads its output, by the dense step's id.

    Args:
        graph: of the model.
        taken: ids of the normalisations that go into the layer before them.
    """
    consumers, producers = graph.consumers(), graph.producers()
    found = {}
    for step in graph.linear_steps():
        before = producers.get(id(step.inputs[0])) if type(step.operation) is layers.Dense else None
        if before is None or id(before) in taken or len(consumers[id(before.output)]) > 1:
            continue
        if _normalises_channels(before):
            found[id(step)] = before
    return found


def _normalises_channels(step: Step) -> bool:
    layer = step.operation
    if type(layer) is not layers.BatchNormalization:
        return False
    return layer.axis in {-1, len(step.inputs[0].shape) - 1}


def _copied(step: Step, values: dict[int, Any], copies: dict[int, Any], names: dict[int, str]) -> Any:
    """The step's output from a layer of the new model's own: calling the old layer would tie the models together."""
    layer = step.operation
    if not isinstance(layer, layers.Layer):
        return step.call(values)
    if id(layer) not in copies:
        try:
            copies[id(layer)] = type(layer).from_config(layer.get_config() | {"name": names[id(layer)]})
        except NotImplementedError:  # a layer of somebody's own that cannot be written down
            copies[id(layer)] = layer
    copy = copies[id(layer)]
    output = step.call(values, copy)
    if copy.weights and copy is not layer:
        copy.set_weights(layer.get_weights())
    return output


def _linear(step: Step, beside: tuple[Step | None, Step | None], values: dict[int, Any], names: dict[int, str]) -> Any:
    """The step's output from a layer that has taken in the normalisations ahead of it and behind it."""
    name = names[id(step.operation)]
    config = step.operation.get_config() | {"name": name, "activation": "linear", "use_bias": True}
    layer = type(step.operation).from_config(config)
    output = step.call(values, layer)
    ahead, behind = (found.operation if found else None for found in beside)
    layer.set_weights(_folded(step.operation, ahead, behind))
    activation = step.operation.activation
    if activation is keras.activations.linear:
        return output
    return layers.Activation(activation, name=f"{layer.name}_activation")(output)


def _folded(layer: Any, ahead: Any | None, behind: Any | None) -> list[NDArray[np.float32]]:
    """Kernel and bias of behind(layer(ahead(x))), the normalisations being gamma * (x - mean) / deviation + beta."""
    kernel = np.asarray(layer.kernel, np.float64)
    bias = np.asarray(layer.bias, np.float64) if layer.use_bias else np.zeros(_channels(layer))
    if ahead is not None:
        factor, shift = _factor_and_shift(ahead)
        bias = bias + shift @ kernel
        kernel = factor[:, np.newaxis] * kernel
    if behind is not None:
        factor, shift = _factor_and_shift(behind)
        bias = bias * factor + shift
        kernel = kernel * (factor[:, np.newaxis] if is_depthwise(layer) else factor)
    return [kernel.astype(np.float32), bias.astype(np.float32)]


def _factor_and_shift(normalisation: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """By what a normalisation multiplies each channel, and what it adds then."""
    factor = 1.0 / np.sqrt(np.asarray(normalisation.moving_variance, np.float64) + normalisation.epsilon)
    if normalisation.scale:
        factor = factor * np.asarray(normalisation.gamma, np.float64)
    shift = -np.asarray(normalisation.moving_mean, np.float64) * factor
    if normalisation.center:
        shift = shift + np.asarray(normalisation.beta, np.float64)
    return factor, shift


def _channels(layer: Any) -> int:
    return int(layer.kernel.shape[2] if is_depthwise(layer) else layer.kernel.shape[-1])
