"""Kernels and biases corrected one layer after the other, each for what the layers before it really deliver.

Two computations of the calibration images go through the graph side by side: the float one, and one in which every
weight and activation handled so far is already quantized. Each layer is fitted to turn the inputs of the second into
the outputs of the first. Correcting several layers at once does not work (measured: 46 % agreement instead of 99 %),
because each of them would make up for the same error.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .correction_steps import CorrectionSteps
from .graph_walk import Stored, Values, computed, drop, has_levels, in_threads, units_of, with_leftovers
from .keras_graph import Graph, is_depthwise, weights_of
from .kernel_regression import target_kernel
from .layer_statistics import Means, Moments, means_of, positions_of, total
from .pixel_normalisation import normalised_ranges
from .quantization_grids import ActivationRange, nearest_codes, weight_scales, with_full_range
from .weight_rounding import rounded_codes

_PARTS = 3
_CHUNK = 10
_WIDEST = 2400
"""Inputs of a kernel above which each weight is rounded by itself: the work grows with their third power."""


def correct_in_order(graph: Graph, pixels: NDArray[np.uint8], steps: CorrectionSteps) -> dict[str, ActivationRange]:
    """Puts the weights of the graph's linear layers on their grids, and finds the range of each activation.

    Args:
        graph: of a folded model, whose layers are changed.
        pixels: calibration images, uint8, shape (n, height, width, channels).
        steps: which corrections are made besides that of the biases.

    Returns:
        The range of each tensor that the file has to hold, by the name of the layer that makes it.
    """
    normalised = normalised_ranges(graph)
    linear = [step for step in graph.linear_steps() if id(step) not in normalised]
    chosen = {id(step): steps for step in linear}
    if linear and not steps.last_layer:
        chosen[id(linear[-1])] = steps.biases_alone()
    start = Stored(pixels.astype(np.float32))
    exact: Values = {id(graph.input): start}
    rounded: Values = {id(graph.input): start}
    ranges = {}
    for unit, leftovers in with_leftovers(graph, units_of(graph)):
        first, last = unit.steps[0], unit.steps[-1]
        reference = computed(unit, exact)
        if id(first) in chosen:
            key = id(first.inputs[0])
            _fit(first.operation, exact[key], rounded[key], chosen[id(first)])
        found = (normalised.get(id(last)) or ActivationRange.of(reference.values)) if has_levels(unit) else None
        if found is not None:
            ranges[unit.name] = found
        exact[id(unit.output)], rounded[id(unit.output)] = reference, computed(unit, rounded, found)
        drop(exact, leftovers)
        drop(rounded, leftovers)
    return ranges


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
    return [total(in_threads(moments, _chunks(*part))) for part in itertools.pairwise(edges) if part[1] > part[0]]


def _means(layer: Any, exact: Stored, rounded: Stored) -> Means:
    def means(some: slice) -> Means:
        return means_of(layer, exact, rounded, some, seed=some.start)

    parts = in_threads(means, _chunks(0, len(exact.values)))
    inputs, outputs = (
        np.sum(each, axis=0) for each in zip(*((part.inputs, part.outputs) for part in parts), strict=True)
    )
    return Means(sum(part.count for part in parts), inputs, outputs)


def _chunks(start: int, end: int) -> list[slice]:
    """From `start` to `end`, a few images at a time."""
    return [slice(at, min(at + _CHUNK, end)) for at in range(int(start), int(end), _CHUNK)]


def _as_groups(layer: Any, kernel: NDArray[np.float32]) -> NDArray[np.float64]:
    """The kernel as (groups, inputs, outputs): a depthwise layer has one group per channel."""
    if is_depthwise(layer):
        return kernel.reshape(-1, kernel.shape[2], 1).transpose(1, 0, 2).astype(np.float64)
    return kernel.reshape(1, -1, kernel.shape[-1]).astype(np.float64)


def _as_kernel(layer: Any, groups: NDArray[np.float64]) -> NDArray[np.float32]:
    ordered = groups.transpose(1, 0, 2) if is_depthwise(layer) else groups
    return ordered.reshape(layer.kernel.shape).astype(np.float32)
