"""Kernels and biases corrected one layer after the other, each for what the layers before it really deliver.

Two computations of the calibration images go through the graph side by side: the float one, and one in which every
weight and activation handled so far is already quantized. Each layer is fitted to turn the inputs of the second into
the outputs of the first. Correcting several layers at once does not work (measured: 46 % agreement instead of 99 %),
because each of them would make up for the same error.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..correction_steps import CorrectionSteps
from ..network.graph_walk import (
    Stored,
    Unit,
    Values,
    carried,
    computed,
    drop,
    has_levels,
    in_threads,
    joined,
    ranges_joined,
    units_of,
    with_leftovers,
)
from ..network.image_budget import MEMORY_BYTES, image_budget
from ..network.keras_graph import Graph, is_depthwise, weights_of
from ..network.pixel_normalisation import normalised_ranges
from ..quantization_grids import ActivationRange, nearest_codes, weight_scales, with_full_range
from .clipped_ranges import least_squares_range
from .kernel_regression import target_kernel
from .layer_statistics import Means, Moments, bytes_under, means_of, positions_of, total
from .saturation import relevant_range
from .weight_rounding import rounded_codes

_PARTS = 3
_CHUNK = 10
_CHUNK_BYTES = 2**24
_WIDEST = 2400
"""Inputs of a kernel above which each weight is rounded by itself: the work grows with their third power."""


def correct_in_order(
    graph: Graph,
    pixels: NDArray[np.uint8],
    steps: CorrectionSteps,
    *,
    memory: int = MEMORY_BYTES,
    on_layer: Callable[[int, int], None] = lambda _done, _total: None,
) -> dict[str, ActivationRange]:
    """Puts the weights of the graph's linear layers on their grids, and finds the range of each activation.

    Args:
        graph: of a folded model, whose layers are changed.
        pixels: calibration images, uint8, shape (n, height, width, channels).
        steps: which corrections are made besides that of the biases.
        memory: in bytes, for the activations that are stored; see `image_budget`.
        on_layer: called with how many layers are done, and of how many.

    Returns:
        The range of each tensor that the file has to hold, by the name of the layer that makes it.
    """
    normalised = normalised_ranges(graph)
    linear = [step for step in graph.linear_steps() if id(step) not in normalised]
    chosen = {id(step): steps for step in linear}
    if linear and not steps.last_layer:
        chosen[id(linear[-1])] = steps.biases_alone()
    logits = id(linear[-1].output) if linear else 0
    walk = _Walk(graph, pixels, memory)
    for number, (unit, leftovers) in enumerate(with_leftovers(graph, walk.units)):
        if number == walk.budget.wide:
            walk.join()
        first, last = unit.steps[0], unit.steps[-1]
        reference = computed(unit, walk.exact)
        if id(first) in chosen:
            key = id(first.inputs[0])
            _fit(first.operation, walk.exact[key], walk.rounded[key], chosen[id(first)])
        if has_levels(unit):
            # The largest logit is the label: what is left out of its range is lost.
            clipped = steps.clipped and id(unit.output) != logits
            walk.ranges[unit.name] = normalised.get(id(last)) or walk.range_of(unit, reference, clipped=clipped)
        rounded = computed(unit, walk.rounded, walk.ranges.get(unit.name) if has_levels(unit) else None)
        walk.store(unit, reference, rounded, leftovers)
        on_layer(number + 1, len(walk.units))
    return walk.ranges


class _Walk:
    """Where a walk through the graph is.

    Attributes:
        units: of the graph, in order.
        budget: how many images go through which of them.
        exact: the tensors still to be read, in the float computation.
        rounded: the same where all before is quantized.
        ranges: found so far, by the unit's name.
    """

    def __init__(self, graph: Graph, pixels: NDArray[np.uint8], memory: int) -> None:
        self.graph = graph
        self.readers = graph.consumers()
        self.units = units_of(graph)
        self.budget = image_budget(self.units, len(pixels), memory)
        self.later = pixels[self.budget.first : self.budget.rest]
        # Before any weight changes: what the float model makes of the images that only join behind the wide part.
        self.ahead = carried(graph, self.units, self.budget.wide, self.later) if len(self.later) else None
        start = Stored(pixels[: self.budget.first].astype(np.float32))
        self.exact: Values = {id(graph.input): start}
        self.rounded: Values = {id(graph.input): start}
        self.ranges: dict[str, ActivationRange] = {}

    def join(self) -> None:
        """Brings in the images that were left out so far."""
        if self.ahead is not None:
            behind = carried(self.graph, self.units, self.budget.wide, self.later, self.ranges)
            self.exact, self.rounded = joined(self.exact, self.ahead.values), joined(self.rounded, behind.values)
            self.ahead = None

    def range_of(self, unit: Unit, reference: Stored, *, clipped: bool) -> ActivationRange:
        """The range of a unit's output on all images, as far as what reads it tells values apart."""
        found = ActivationRange.of(reference.values)
        found = found if self.ahead is None else ranges_joined([found, self.ahead.ranges[unit.name]])
        found = relevant_range(self.graph, self.readers, unit.output, found)
        return least_squares_range(reference.values, found) if clipped else found

    def store(self, unit: Unit, reference: Stored, rounded: Stored, leftovers: Sequence[int]) -> None:
        """Keeps a unit's outputs, and forgets what nothing reads any more."""
        for values, output in ((self.exact, reference), (self.rounded, rounded)):
            values[id(unit.output)] = output
            drop(values, leftovers)


def _fit(layer: Any, exact: Stored, rounded: Stored, steps: CorrectionSteps) -> None:
    """Puts the layer's kernel on its grid, and lets its bias take up the mean error of each channel."""
    groups = _as_groups(layer, weights_of(layer)[0])
    if steps.fits_kernels and groups.shape[1] <= _WIDEST:
        parts = _moments(layer, exact, rounded)
        together = total(parts)
        groups = target_kernel(groups, parts) if steps.regression else groups
        kernel = _on_grid(groups, together.covariance() if steps.rounding else None)
        means: Means = together
    else:
        means = _means(layer, exact, rounded)
        kernel = _on_grid(groups, None)
    layer.set_weights([_as_kernel(layer, kernel), means.bias_for(kernel).reshape(-1).astype(np.float32)])


def _on_grid(kernel: NDArray[np.float64], covariance: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Kernels of shape (groups, inputs, outputs) whose weights are whole steps of their scales."""
    scales = weight_scales(kernel)
    if covariance is None:
        codes = with_full_range(nearest_codes(kernel, scales), kernel)
    else:
        codes = rounded_codes(kernel, covariance, scales)
    return codes * scales[:, np.newaxis]


def _moments(layer: Any, exact: Stored, rounded: Stored) -> list[Moments]:
    """Of three disjoint sets of the images; images come with classes taking turns, so each set has all classes."""

    def moments(some: slice) -> Moments:
        return positions_of(layer, exact, rounded, some, seed=some.start).moments()

    edges = np.linspace(0, len(exact.values), _PARTS + 1).astype(int)
    at_once = _images_at_once(layer, exact)
    parts = [part for part in itertools.pairwise(edges) if part[1] > part[0]]
    return [total(in_threads(moments, _chunks(*part, at_once))) for part in parts]


def _means(layer: Any, exact: Stored, rounded: Stored) -> Means:
    def means(some: slice) -> Means:
        return means_of(layer, exact, rounded, some, seed=some.start)

    parts = list(in_threads(means, _chunks(0, len(exact.values), _images_at_once(layer, exact))))
    inputs, outputs = (
        np.sum(each, axis=0) for each in zip(*((part.inputs, part.outputs) for part in parts), strict=True)
    )
    return Means(sum(part.count for part in parts), inputs, outputs)


def _images_at_once(layer: Any, stored: Stored) -> int:
    """Of how many images what lies under the kernel fits into `_CHUNK_BYTES`."""
    return int(np.clip(_CHUNK_BYTES // bytes_under(layer, stored.values.shape), 1, _CHUNK))


def _chunks(start: int, end: int, size: int) -> list[slice]:
    """From `start` to `end`, a few images at a time."""
    return [slice(at, min(at + size, end)) for at in range(int(start), int(end), size)]


def _as_groups(layer: Any, kernel: NDArray[np.float32]) -> NDArray[np.float64]:
    """The kernel as (groups, inputs, outputs): a depthwise layer has one group per channel."""
    if is_depthwise(layer):
        return kernel.reshape(-1, kernel.shape[2], 1).transpose(1, 0, 2).astype(np.float64)
    return kernel.reshape(1, -1, kernel.shape[-1]).astype(np.float64)


def _as_kernel(layer: Any, groups: NDArray[np.float64]) -> NDArray[np.float32]:
    ordered = groups.transpose(1, 0, 2) if is_depthwise(layer) else groups
    return ordered.reshape(layer.kernel.shape).astype(np.float32)
