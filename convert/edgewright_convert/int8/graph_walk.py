"""A graph computed step by step on all calibration images at once, keeping only the tensors still to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from keras import layers, tree
from numpy.typing import NDArray

from .keras_graph import Graph, Step, is_probability, is_relu

Values = dict[int, NDArray[np.float32]]
"""Tensors of all images, shape (n, ...), by the KerasTensor's id."""

_CHUNK = 20
_SAME_GRID = (
    layers.ZeroPadding2D,
    layers.Cropping2D,
    layers.MaxPooling2D,
    layers.GlobalMaxPooling2D,
    layers.AveragePooling2D,
    layers.Flatten,
    layers.Reshape,
    layers.Permute,
)
"""Operations whose output has the very levels of their input."""


def computed(step: Step, values: Values, operation: Callable[..., Any] | None = None) -> NDArray[np.float32]:
    """The step's output for all images; `operation` takes the place of its own where given."""
    read = {id(tensor): values[id(tensor)] for tensor in step.inputs}
    count = len(next(iter(read.values())))

    def part(start: int) -> NDArray[np.float32]:
        chunk = {key: tf.convert_to_tensor(value[start : start + _CHUNK]) for key, value in read.items()}
        return np.asarray(step.call(chunk, operation))

    # Filled in place: joining parts would hold every tensor twice.
    first = part(0)
    whole = np.empty((count, *first.shape[1:]), first.dtype)
    whole[:_CHUNK] = first
    for start in range(_CHUNK, count, _CHUNK):
        whole[start : start + _CHUNK] = part(start)
    return whole


def steps_with_leftovers(graph: Graph) -> Iterator[tuple[Step, Sequence[int]]]:
    """Each step in order, with the ids of the tensors that nothing reads after it."""
    last = {id(tensor): number for number, step in enumerate(graph.steps) for tensor in step.inputs}
    last[id(graph.output)] = len(graph.steps)
    for number, step in enumerate(graph.steps):
        yield step, [key for key in {id(tensor) for tensor in step.inputs} if last[key] == number]


def drop(values: Values, keys: Sequence[int]) -> None:
    """Forgets these tensors."""
    for key in keys:
        values.pop(key, None)


def quantized_steps(graph: Graph) -> frozenset[int]:
    """The ids of the steps whose output gets a range of its own in the file.

    Not those that a ReLU follows, which becomes part of them; not those whose output has the levels of their input.
    """
    consumers = graph.consumers()
    linear = {id(step) for step in graph.linear_steps()}
    found = set()
    for step in graph.steps:
        outputs = tree.flatten(step.output)
        readers = [reader for tensor in outputs for reader in consumers[id(tensor)]]
        fuses = id(step) in linear or type(step.operation) is layers.Add
        fused = fuses and len(readers) == 1 and is_relu(readers[0].operation)
        if not (fused or len(outputs) != 1 or is_probability(step.operation) or isinstance(step.operation, _SAME_GRID)):
            found.add(id(step))
    return frozenset(found)
