"""A graph computed unit by unit on all calibration images at once, keeping only the tensors still to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from keras import layers, tree
from numpy.typing import NDArray

from edgewright_runtime.machine import cores

from .keras_graph import Graph, Step, is_probability, is_relu
from .quantization_grids import ActivationRange

_CHUNK = 10
_MOST_THREADS = 4
"""Each holds the activations of a chunk besides those that are stored."""

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


@dataclass(frozen=True)
class Stored:
    """A tensor of all images.

    Attributes:
        values: shape (n, ...), as computed, or the uint8 codes of a quantized tensor.
        grid: of the codes; None of values as computed.
    """

    values: NDArray[Any]
    grid: ActivationRange | None = None

    def real(self, place: Any) -> NDArray[Any]:
        """The numbers at this place, any index of numpy's."""
        found = self.values[place]
        return found if self.grid is None else self.grid.dequantized(found)


Values = dict[int, Stored]
"""Tensors of all images, by the KerasTensor's id."""


@dataclass(frozen=True)
class Unit:
    """Steps of which a file makes one operator: a linear step or an addition with the ReLU behind it; else one step."""

    steps: tuple[Step, ...]

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The tensors that it reads."""
        return self.steps[0].inputs

    @property
    def output(self) -> Any:
        """The tensor that it makes, or a structure of them."""
        return self.steps[-1].output

    @property
    def name(self) -> str:
        """Of the layer that makes its output."""
        return str(self.steps[-1].operation.name)

    def call(self, values: Mapping[int, Any]) -> Any:
        """What it makes of these tensors, by their KerasTensor's id."""
        known = dict(values)
        for step in self.steps:
            known[id(step.output)] = step.call(known)
        return known[id(self.output)]


def units_of(graph: Graph) -> tuple[Unit, ...]:
    """The graph's steps in their order, those together that become one operator."""
    consumers = graph.consumers()
    linear = {id(step) for step in graph.linear_steps()}
    found: list[Unit] = []
    for step in graph.steps:
        before = found[-1].steps[-1] if found else None
        if before is not None and step.inputs == (before.output,) and _fuses(before, consumers, linear):
            found[-1] = Unit((*found[-1].steps, step))
        else:
            found.append(Unit((step,)))
    return tuple(found)


def _fuses(step: Step, consumers: Mapping[int, Sequence[Step]], linear: set[int]) -> bool:
    """Whether a ReLU follows the step, and nothing else reads it."""
    if id(step) not in linear and type(step.operation) is not layers.Add:
        return False
    readers = consumers[id(step.output)]
    return len(readers) == 1 and is_relu(readers[0].operation)


def computed(unit: Unit, values: Values, to: ActivationRange | None = None) -> Stored:
    """The unit's output for all images, on the levels of `to` if that is given."""
    count = len(values[id(unit.inputs[0])].values)

    def part(start: int) -> NDArray[Any]:
        some = slice(start, start + _CHUNK)
        output = unit.call({id(each): tf.convert_to_tensor(values[id(each)].real(some)) for each in unit.inputs})
        return np.asarray(output) if to is None else to.codes(output)

    # Filled in place: joining parts would hold every tensor twice.
    first = part(0)
    whole = np.empty((count, *first.shape[1:]), first.dtype)
    whole[:_CHUNK] = first

    def fill(start: int) -> None:
        whole[start : start + _CHUNK] = part(start)

    in_threads(fill, range(_CHUNK, count, _CHUNK))
    return Stored(whole, to)


def in_threads(function: Callable[[Any], Any], arguments: Iterable[Any]) -> list[Any]:
    """What the function makes of each argument, in their order: most of its time is spent outside Python's lock."""
    with ThreadPoolExecutor(min(_MOST_THREADS, cores())) as pool:
        return list(pool.map(function, arguments))


def with_leftovers(graph: Graph, units: Sequence[Unit]) -> Iterator[tuple[Unit, Sequence[int]]]:
    """Each unit in order, with the ids of the tensors that nothing reads after it."""
    last = {id(tensor): number for number, unit in enumerate(units) for tensor in unit.inputs}
    last[id(graph.output)] = len(units)
    for number, unit in enumerate(units):
        yield unit, [key for key in {id(tensor) for tensor in unit.inputs} if last[key] == number]


def drop(values: dict[int, Any], keys: Sequence[int]) -> None:
    """Forgets these tensors."""
    for key in keys:
        values.pop(key, None)


def has_levels(unit: Unit) -> bool:
    """Whether the unit's output gets a range of its own in the file: not where it has the levels of the input."""
    operation = unit.steps[-1].operation
    single = len(tree.flatten(unit.output)) == 1
    return single and not is_probability(operation) and not isinstance(operation, _SAME_GRID)
