"""A graph computed image by image: as it is, or with its activations on their grids, without writing a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from keras import tree
from numpy.typing import NDArray

from ..quantization_grids import ActivationRange
from .graph_walk import Unit, drop, with_leftovers
from .keras_graph import Graph, Step, graph_of

_CHUNK = 8
_NO_RANGES: Mapping[str, ActivationRange] = {}


def outputs_of_steps(
    graph: Graph, pixels: NDArray[np.uint8], ranges: Mapping[str, ActivationRange] = _NO_RANGES
) -> Iterator[tuple[Step, Any]]:
    """Each step in order with its output for these images, a TensorFlow tensor.

    Args:
        graph: to compute.
        pixels: uint8, shape (n, height, width, channels).
        ranges: of the outputs that are quantized, by the name of the layer that makes them.
    """
    values: dict[int, Any] = {id(graph.input): tf.constant(pixels, tf.float32)}
    for unit, leftovers in with_leftovers(graph, [Unit((step,)) for step in graph.steps]):
        (step,) = unit.steps
        output = step.call(values)
        known = ranges.get(unit.name)
        output = output if known is None else known.quantized(output)
        pairs = zip(tree.flatten(step.output), tree.flatten(output), strict=True)
        values.update((id(tensor), value) for tensor, value in pairs)
        drop(values, leftovers)
        yield step, output


def simulated_outputs(
    model: Any, ranges: Mapping[str, ActivationRange], pixels: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """The probabilities, shape (n, classes), of the model with these activations quantized.

    They are not rounded to the file's 256 levels of the output, so that two models can be told apart by less.

    Args:
        model: a folded Keras model with its weights on their grids.
        ranges: of the outputs of its layers, by name.
        pixels: uint8, shape (n, height, width, channels).
    """
    graph = graph_of(model)
    rows = []
    for start in range(0, len(pixels), _CHUNK):
        some = outputs_of_steps(graph, pixels[start : start + _CHUNK], ranges)
        rows += [np.asarray(output, np.float32) for step, output in some if step.output is graph.output]
    return np.concatenate(rows)
