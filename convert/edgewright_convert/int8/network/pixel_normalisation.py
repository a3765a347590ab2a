"""The normalisation of raw pixels, written so that INT8 loses nothing in it.

Rescaling becomes a multiplication and an addition, each of which rounds. As two steps, each gets a range of its own;
where the offset is a whole number of steps besides, every pixel value comes through exactly. Where channels differ in
scale or offset, one 1x1 depthwise convolution keeps them apart, which constants of eight bits would not (it is slower:
0.26 ms more on an image of 224 x 224 pixels, measured with one x86 thread).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from ..quantization_grids import ActivationRange
from .keras_graph import Graph, Step, is_depthwise, weights_of

_NEARLY = 1e-3
"""Of a step: 1 / 127.5 in float32 makes of a half a little less."""


@dataclass(frozen=True)
class PixelNormalisation:
    """Layers at the beginning of a model that together multiply each channel by a number and add another.

    Attributes:
        steps: of the model's graph, in order.
        scale: float64, shape (channels,).
        offset: float64, shape (channels,).
    """

    steps: tuple[Step, ...]
    scale: NDArray[np.float64]
    offset: NDArray[np.float64]

    def of_pixels(self, pixels: Any) -> Any:
        """What the layers make of these pixels, a KerasTensor, from layers that INT8 can hold."""
        name, channels = self.steps[-1].operation.name, len(self.scale)
        scale, offset = self.scale.astype(np.float32), self.offset.astype(np.float32)
        if (scale == scale[0]).all() and (offset == offset[0]).all():
            scaled = layers.Rescaling(float(scale[0]), name=f"{name}_scale")(pixels)
            return layers.Rescaling(1.0, float(offset[0]), name=name)(scaled)
        layer = layers.DepthwiseConv2D(1, name=name)
        output = layer(pixels)
        layer.set_weights([scale.reshape(1, 1, channels, 1), offset])
        return output


def pixel_normalisation_of(graph: Graph) -> PixelNormalisation | None:
    """The Rescaling and Normalization layers that pixels go through before anything else; None without any.

    Backbones that bring their own are often behind one that undoes it, so that there may be several.
    """
    if len(graph.input.shape) != 4 or graph.input.shape[-1] is None:
        return None
    scale, offset = np.ones(graph.input.shape[-1]), np.zeros(graph.input.shape[-1])
    steps: list[Step] = []
    tensor, consumers = graph.input, graph.consumers()
    while len(consumers[id(tensor)]) == 1 and tensor is not graph.output:
        (step,) = consumers[id(tensor)]
        found = _scale_and_offset(step.operation, graph.input.shape[-1])
        if found is None:
            break
        scale, offset = scale * found[0], offset * found[0] + found[1]
        steps.append(step)
        tensor = step.output
    return PixelNormalisation(tuple(steps), scale, offset) if steps else None


def _scale_and_offset(layer: Any, channels: int) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """By what the layer multiplies each channel, and what it adds then; None if it does anything else."""
    if type(layer) is layers.Rescaling:
        scale, offset = layer.scale, layer.offset
    elif type(layer) is layers.Normalization and not layer.invert:
        deviation = np.maximum(np.sqrt(np.asarray(layer.variance, np.float64)), keras.config.epsilon())
        scale, offset = 1 / deviation, -np.asarray(layer.mean, np.float64) / deviation
    else:
        return None
    try:
        return _per_channel(scale, channels), _per_channel(offset, channels)
    except ValueError:  # they vary over the image
        return None


def _per_channel(value: Any, channels: int) -> NDArray[np.float64]:
    """The numbers of a layer, one for each channel; a ValueError if there are more."""
    given = np.asarray(value, np.float64)
    return np.array(np.broadcast_to(given.reshape(given.shape[-1:]), channels))


def normalisation_steps(graph: Graph) -> tuple[Step, ...]:
    """The steps of a folded model that normalise its pixels, in order; none if nothing does."""
    found: list[Step] = []
    readers = graph.consumers()[id(graph.input)]
    while len(readers) == 1 and _normalises(readers[0]):
        found.append(readers[0])
        readers = graph.consumers()[id(readers[0].output)]
    return tuple(found)


def normalised_ranges(graph: Graph) -> dict[int, ActivationRange]:
    """What the pixel values 0 to 255 become after each of those steps, by its id, whichever of them an image has."""
    values = {id(graph.input): np.stack([np.full((1, 1, graph.input.shape[-1]), end, np.float32) for end in (0, 255)])}
    found = {}
    for step in normalisation_steps(graph):
        output = values[id(step.output)] = np.asarray(step.call(values))
        found[id(step)] = ActivationRange.of(output)
    return found


def without_half_steps(graph: Graph) -> None:
    """Moves the offset to a whole number of steps, and takes the move back in the next layer's bias.

    x / 127.5 - 1 has its zero between two pixel values: every pixel would be rounded by half a step. At the image's
    border, where the next layer's padding has no bias to take the move back, half a step stays.
    """
    steps = normalisation_steps(graph)
    readers = graph.consumers()[id(steps[-1].output)] if steps else []
    if len(steps) != 2 or len(readers) != 1 or readers[0] not in graph.linear_steps():
        return
    scale, layer = steps[0].operation.scale, steps[1].operation
    # Halves go down: -128 to 127 steps are then signed INT8 without a zero point too, which is all that TensorRT takes.
    moved = math.ceil(layer.offset / scale - 0.5 - _NEARLY) * scale
    kernel, bias = weights_of(readers[0].operation)
    axes = (0, 1, 3) if is_depthwise(readers[0].operation) else tuple(range(kernel.ndim - 1))
    taken_back: NDArray[np.float32] = bias - (moved - layer.offset) * kernel.sum(axis=axes)
    readers[0].operation.set_weights([kernel, taken_back])
    layer.offset = moved


def _normalises(step: Step) -> bool:
    layer = step.operation
    return type(layer) is layers.Rescaling or (is_depthwise(layer) and layer.kernel_size == (1, 1))
