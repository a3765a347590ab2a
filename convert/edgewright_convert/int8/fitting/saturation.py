"""Which part of a tensor's range matters to the activation function that alone reads it.

Hard swish gives zero for all that is below -3, a sigmoid nearly one for all that is above 6. Networks of them have
pre-activations that reach much farther: levels that are spent there are lost to the values that count. So the range of
such a tensor ends where the function's output moves by less than a fraction of its own step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from ..network.keras_graph import Graph, Step
from ..quantization_grids import ActivationRange

Readers = Mapping[int, Sequence[Step]]
"""Which steps read each tensor of a graph, by the tensor's id."""

_POINTS = 4096
"""Values of the range at which the function is looked at: 16 in each of its steps."""

_NEGLIGIBLE = 1 / 4
"""Of a step of the function's output; what rounding does to it is twice that at most, and is so everywhere."""

_WORTH_IT = _POINTS / 50
"""Values at one end that have to be of no matter: a function that is nowhere flat has some within a step as well."""

_FUNCTIONS = frozenset(
    getattr(keras.activations, name)
    for name in [
        "elu",
        "gelu",
        "hard_sigmoid",
        "hard_silu",
        "hard_tanh",
        "leaky_relu",
        "mish",
        "relu",
        "relu6",
        "selu",
        "sigmoid",
        "silu",
        "softplus",
        "softsign",
        "tanh",
    ]
)
"""Keras's activation functions that compute each value by itself."""

_WITH_A_NUMBER = ("Add", "Subtract", "Multiply", "Divide", "TrueDivide")
"""Keras's operations that come of arithmetic with a number, such as `x + 3.0` of a hard sigmoid written out."""


def relevant_range(graph: Graph, readers: Readers, tensor: Any, found: ActivationRange) -> ActivationRange:
    """The range that the tensor needs, for what reads it.

    Args:
        graph: that the tensor is of.
        readers: the graph's `consumers()`.
        tensor: KerasTensor, the output of a step.
        found: its least and its greatest value.

    Returns:
        `found`, or less of it where only an activation function reads the tensor and does not tell the rest apart.
    """
    steps = _function_behind(graph, readers, tensor)
    if not steps:
        return found
    values = np.linspace(found.low, found.high, _POINTS, dtype=np.float32)
    outputs = _computed(steps, tensor, values)
    negligible = _NEGLIGIBLE * (max(outputs.max(), 0.0) - min(outputs.min(), 0.0)) / 255
    low, high = _flat_places(outputs, negligible), _flat_places(outputs[::-1], negligible)
    if low + high >= _POINTS:  # it tells nothing apart
        return found
    return ActivationRange(
        min(float(values[low - 1]), 0.0) if low > _WORTH_IT else found.low,
        max(float(values[-high]), 0.0) if high > _WORTH_IT else found.high,
    )


def _function_behind(graph: Graph, readers: Readers, tensor: Any) -> tuple[Step, ...]:
    """The steps that alone read the tensor, or what the one before makes of it, and compute each value by itself."""
    steps: list[Step] = []
    while tensor is not graph.output and len(readers[id(tensor)]) == 1:
        (step,) = readers[id(tensor)]
        if not _is_elementwise(step):
            break
        steps.append(step)
        tensor = step.output
    return tuple(steps)


def _is_elementwise(step: Step) -> bool:
    operation = step.operation
    if type(operation) is layers.Activation:
        return operation.activation in _FUNCTIONS
    if isinstance(operation, layers.Layer):
        return type(operation) in {layers.ReLU, layers.LeakyReLU, layers.ELU}
    numbers = [each for each in step.args if not isinstance(each, keras.KerasTensor)]
    return type(operation).__name__ in _WITH_A_NUMBER and len(step.inputs) == 1 and all(map(np.isscalar, numbers))


def _computed(steps: Sequence[Step], tensor: Any, values: NDArray[np.float32]) -> NDArray[np.float32]:
    known: dict[int, Any] = {id(tensor): values}
    for step in steps:
        known[id(step.output)] = step.call(known)
    return np.asarray(known[id(steps[-1].output)], np.float32)


def _flat_places(outputs: NDArray[np.float32], negligible: float) -> int:
    """How many outputs from the first on could all be replaced by the last of them, at no greater error than this."""
    least, greatest = np.minimum.accumulate(outputs), np.maximum.accumulate(outputs)
    flat = np.maximum(greatest - outputs, outputs - least) <= negligible
    return len(flat) if flat.all() else int(np.argmin(flat))
