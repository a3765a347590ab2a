"""The normalisation of raw pixels, written so that INT8 loses nothing in it.

Rescaling becomes a multiplication and an addition, each of which rounds. As two steps, each gets a range of its own;
where the offset is a whole number of steps besides, every pixel value comes through exactly. Where channels differ in
scale or offset, one 1x1 depthwise convolution keeps them apart, which constants of eight bits would not (it is slower:
0.26 ms more on an image of 224 x 224 pixels, measured with one x86 thread).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from keras import layers
from numpy.typing import NDArray

from .keras_graph import Graph, Step, is_depthwise, weights_of
from .quantization_grids import ActivationRange

_NEARLY = 1e-3
"""Of a step: 1 / 127.5 in float32 makes of a half a little less."""


def normalised(step: Step, pixels: Any) -> Any | None:
    """What a Rescaling of the pixels gives, from layers that INT8 can hold; None for any other step."""
    if type(step.operation) is not layers.Rescaling or len(pixels.shape) != 4:
        return None
    name, channels = step.operation.name, pixels.shape[-1]
    try:
        scale, offset = (
            np.broadcast_to(np.asarray(value, np.float32), channels)
            for value in (step.operation.scale, step.operation.offset)
        )
    except ValueError:  # they vary over the image
        return None
    if (scale == scale[0]).all() and (offset == offset[0]).all():
        scaled = layers.Rescaling(float(scale[0]), name=f"{name}_scale")(pixels)
        return layers.Rescaling(1.0, float(offset[0]), name=name)(scaled)
    layer = layers.DepthwiseConv2D(1, name=name)
    output = layer(pixels)
    layer.set_weights([scale.reshape(1, 1, channels, 1), offset])
    return output


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
