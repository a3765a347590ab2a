"""A graph computed unit by unit on all calibration images at once, keeping only the tensors still to be read."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import tensorflow as tf
from keras import layers, tree
from numpy.typing import NDArray

from edgewright_runtime.machine import cores

from ..quantization_grids import ActivationRange
from .keras_graph import Graph, Step, is_probability, is_relu

_CHUNK = 10
_CHUNK_BYTES = 2**24
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
    count, at_once = len(values[id(unit.inputs[0])].values), images_at_once([unit])

    def part(start: int) -> NDArray[Any]:
        some = slice(start, start + at_once)
        output = unit.call({id(each): tf.convert_to_tensor(values[id(each)].real(some)) for each in unit.inputs})
        return np.asarray(output) if to is None else to.codes(output)

    # Filled in place: joining parts would hold every tensor twice.
    first = part(0)
    whole = np.empty((count, *first.shape[1:]), first.dtype)
    whole[:at_once] = first

    def fill(start: int) -> None:
        whole[start : start + at_once] = part(start)

    for _ in in_threads(fill, range(at_once, count, at_once)):
        pass
    return Stored(whole, to)


def images_at_once(units: Sequence[Unit]) -> int:
    """How many images' values fit into `_CHUNK_BYTES` while any of the units is computed."""
    widest = max((values_of(unit) for unit in units), default=1)
    return max(1, min(_CHUNK, _CHUNK_BYTES // (4 * max(widest, 1))))


def values_of(unit: Unit) -> int:
    """How many numbers the unit reads and makes for one image; structures of several tensors are not counted."""
    tensors = [*unit.inputs, unit.output]
    plain = [tensor for tensor in tensors if not isinstance(tensor, (tuple, list, dict))]
    return sum(prod(int(size or 1) for size in tensor.shape[1:]) for tensor in plain)


@dataclass(frozen=True)
class Carried:
    """What became of images that went through a part of a graph.

    Attributes:
        values: the tensors that are read behind it.
        ranges: of the outputs of units whose grid was not given, by the unit's name.
    """

    values: Values
    ranges: Mapping[str, ActivationRange]


def carried(
    graph: Graph,
    units: Sequence[Unit],
    first: int,
    pixels: NDArray[np.uint8],
    grids: Mapping[str, ActivationRange] | None = None,
) -> Carried:
    """These images through the first units, a few at a time, so that only what is read behind them is stored.

    Args:
        graph: that the units are of.
        units: all of them, in order.
        first: how many of them are computed.
        pixels: uint8, shape (n, height, width, channels).
        grids: of the outputs that are quantized, by the unit's name; None quantizes nothing, and finds the ranges.
    """
    wanted = {id(tensor) for unit in units[first:] for tensor in unit.inputs} | {id(graph.output)}

    at_once = images_at_once(units[:first])

    def part(start: int) -> Carried:
        values: Values = {id(graph.input): Stored(pixels[start : start + at_once].astype(np.float32))}
        ranges: dict[str, ActivationRange] = {}
        for unit, leftovers in itertools.islice(with_leftovers(graph, units), first):
            to = None if grids is None else grids.get(unit.name)
            output = unit.call({id(each): tf.convert_to_tensor(values[id(each)].real(...)) for each in unit.inputs})
            made = Stored(np.asarray(output) if to is None else to.codes(output), to)
            if grids is None and has_levels(unit):
                ranges[unit.name] = ActivationRange.of(made.values)
            values[id(unit.output)] = made
            drop(values, leftovers)
        return Carried({key: stored for key, stored in values.items() if key in wanted}, ranges)

    return _together(list(in_threads(part, range(0, len(pixels), at_once))))


def _together(parts: Sequence[Carried]) -> Carried:
    values = {key: _joined([part.values[key] for part in parts]) for key in parts[0].values}
    return Carried(values, {name: ranges_joined(part.ranges[name] for part in parts) for name in parts[0].ranges})


def joined(one: Values, other: Values) -> Values:
    """The tensors that both have, of the images of the one and then of the other."""
    return {key: _joined([one[key], other[key]]) for key in one if key in other}


def _joined(parts: Sequence[Stored]) -> Stored:
    return Stored(np.concatenate([part.values for part in parts]), parts[0].grid)


def ranges_joined(ranges: Iterable[ActivationRange]) -> ActivationRange:
    """The range that holds all of them."""
    lows, highs = zip(*((each.low, each.high) for each in ranges), strict=True)
    return ActivationRange(min(lows), max(highs))


def in_threads(function: Callable[[Any], Any], arguments: Iterable[Any]) -> Iterator[Any]:
    """What the function makes of each argument, in their order: most of its time is spent outside Python's lock."""
    with ThreadPoolExecutor(min(_MOST_THREADS, cores())) as pool:
        yield from pool.map(function, arguments)


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
