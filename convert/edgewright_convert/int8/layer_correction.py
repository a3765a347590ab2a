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

from .graph_walk import Values, computed, drop, quantized_steps, steps_with_leftovers
from .keras_graph import Graph, Step, is_depthwise, weights_of
from .kernel_regression import target_kernel
from .layer_statistics import Moments, moments_of, total
from .pixel_normalisation import normalised_ranges
from .quantization_grids import ActivationRange, nearest_codes, weight_scales, with_full_range
from .weight_rounding import rounded_codes

_PARTS = 3
_CHUNK = 10
_WIDEST = 2400
"""Inputs of a kernel above which each weight is rounded by itself: the work grows with their third power."""


def correct_in_order(graph: Graph, pixels: NDArray[np.uint8], *, refit: bool) -> dict[str, ActivationRange]:
    """Puts the weights of the graph's linear layers on their grids, and finds the range of each activation.

    Args:
        graph: of a folded model, whose layers are changed.
        pixels: calibration images, uint8, shape (n, height, width, channels).
        refit: choose kernels and rounding for the output; otherwise round each weight by itself and correct only the
            bias.

    Returns:
        The range of each tensor that the file has to hold, by the name of the layer that makes it.
    """
    normalised, levels = normalised_ranges(graph), quantized_steps(graph)
    linear = {id(step) for step in graph.linear_steps()} - normalised.keys()
    start = pixels.astype(np.float32)
    exact: Values = {id(graph.input): start}
    rounded: Values = {id(graph.input): start}
    ranges = {}
    for step, leftovers in steps_with_leftovers(graph):
        reference = computed(step, exact)
        if id(step) in linear:
            _fit_kernel(step.operation, rounded[id(step.inputs[0])], reference, refit=refit)
            output = _with_fitted_bias(step, rounded, reference)
        else:
            output = computed(step, rounded)
        if id(step) in levels:
            found = normalised.get(id(step)) or ActivationRange.of(output)
            ranges[step.operation.name] = found
            _quantize(output, found)
        exact[id(step.output)], rounded[id(step.output)] = reference, output
        drop(exact, leftovers)
        drop(rounded, leftovers)
    return ranges


def _with_fitted_bias(step: Step, values: Values, reference: NDArray[np.float32]) -> NDArray[np.float32]:
    """The step's output after its bias has taken up the mean error of each channel."""
    kernel, bias = weights_of(step.operation)
    output = computed(step, values)
    error = (reference - output).mean(axis=tuple(range(output.ndim - 1)), dtype=np.float64).astype(np.float32)
    step.operation.set_weights([kernel, bias + error])
    output += error
    return output


def _quantize(values: NDArray[np.float32], to: ActivationRange) -> None:
    """In place, as whole copies would double the memory."""
    for start in range(0, len(values), _CHUNK):
        values[start : start + _CHUNK] = to.quantized(values[start : start + _CHUNK])


def _fit_kernel(layer: Any, inputs: NDArray[np.float32], reference: NDArray[np.float32], *, refit: bool) -> None:
    kernel, bias = weights_of(layer)
    groups = _as_groups(layer, kernel)
    covariance: NDArray[np.float64] | None = None
    if refit and groups.shape[1] <= _WIDEST:
        parts = _moments(layer, inputs, reference)
        groups, covariance = target_kernel(groups, parts), total(parts).covariance()
    on_grid = [_on_grid(group, None if covariance is None else covariance[i]) for i, group in enumerate(groups)]
    layer.set_weights([_as_kernel(layer, np.stack(on_grid)), bias])


def _on_grid(kernel: NDArray[np.float64], covariance: NDArray[np.float64] | None) -> NDArray[np.float64]:
    scales = weight_scales(kernel)
    if covariance is None:
        return with_full_range(nearest_codes(kernel, scales), kernel) * scales
    return rounded_codes(kernel, covariance, scales) * scales


def _moments(layer: Any, inputs: NDArray[np.float32], reference: NDArray[np.float32]) -> list[Moments]:
    """Of three disjoint sets of the images; images come with classes taking turns, so each set has all classes."""
    edges = np.linspace(0, len(inputs), _PARTS + 1).astype(int)
    return [
        total(
            [
                moments_of(layer, inputs[i : min(i + _CHUNK, end)], reference[i : min(i + _CHUNK, end)], seed=int(i))
                for i in range(start, end, _CHUNK)
            ]
        )
        for start, end in itertools.pairwise(edges)
    ]


def _as_groups(layer: Any, kernel: NDArray[np.float32]) -> NDArray[np.float64]:
    """The kernel as (groups, inputs, outputs): a depthwise layer has one group per channel."""
    if is_depthwise(layer):
        return kernel.reshape(-1, kernel.shape[2], 1).transpose(1, 0, 2).astype(np.float64)
    return kernel.reshape(1, -1, kernel.shape[-1]).astype(np.float64)


def _as_kernel(layer: Any, groups: NDArray[np.float64]) -> NDArray[np.float32]:
    ordered = groups.transpose(1, 0, 2) if is_depthwise(layer) else groups
    return ordered.reshape(layer.kernel.shape).astype(np.float32)
