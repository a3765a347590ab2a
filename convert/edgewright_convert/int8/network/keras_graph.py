"""A Keras model as a flat list of steps in the order in which they are computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, tree
from numpy.typing import NDArray

from edgewright_runtime.errors import EdgewrightError

from ...keras_internals import functional_of, run_through_graph

_CORRECTABLE = (layers.Conv2D, layers.DepthwiseConv2D, layers.Dense)


class UnsupportedModelError(EdgewrightError):
    """The model cannot be written as a list of steps; the message says why."""


@dataclass(frozen=True)
class Step:
    """One call of one operation.

    Attributes:
        operation: a Keras layer or operation.
        args: its positional arguments; where a tensor goes stands the KerasTensor that an earlier step made.
        kwargs: its keyword arguments, likewise.
        output: the KerasTensor that it makes, or a structure of them.
    """

    operation: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    output: Any

    @property
    def inputs(self) -> tuple[Any, ...]:
        """The tensors that it reads."""
        given = tree.flatten((self.args, dict(self.kwargs)))
        return tuple(tensor for tensor in given if isinstance(tensor, keras.KerasTensor))

    def call(self, values: Mapping[int, Any], operation: Callable[..., Any] | None = None) -> Any:
        """What the operation (or another in its place) makes of these values, which are known by their tensor's id."""
        args, kwargs = tree.map_structure(lambda leaf: _value(leaf, values), (self.args, dict(self.kwargs)))
        return (operation or self.operation)(*args, **kwargs)


@dataclass(frozen=True)
class Graph:
    """A trained model with one input and one output, nested models laid open and dropout left out."""

    input: Any
    steps: tuple[Step, ...]
    output: Any

    def consumers(self) -> dict[int, list[Step]]:
        """Which steps read each tensor, by the tensor's id."""
        found: dict[int, list[Step]] = {id(self.input): []}
        for step in self.steps:
            for tensor in tree.flatten(step.output):
                found[id(tensor)] = []
            for tensor in step.inputs:
                found[id(tensor)].append(step)
        return found

    def producers(self) -> dict[int, Step]:
        """Which step makes each tensor, by the tensor's id; the input has none."""
        return {id(tensor): step for step in self.steps for tensor in tree.flatten(step.output)}

    def linear_steps(self) -> tuple[Step, ...]:
        """The steps whose kernel may be corrected: ordinary convolutions and dense layers, each called once."""
        calls = Counter(id(step.operation) for step in self.steps)
        return tuple(step for step in self.steps if calls[id(step.operation)] == 1 and _correctable(step.operation))


def output_of(
    graph: Graph,
    pixels: Any,
    finished: Callable[[int, Step, Any], Any],
    around: Callable[[Step], AbstractContextManager[Any]] = lambda _step: nullcontext(),
) -> Any:
    """What the graph gives for these pixels, to be traced into a TensorFlow function.

    Args:
        graph: the graph.
        pixels: float32 tensor (batch, height, width, channels) of 0..255.
        finished: what a step makes goes through it; it is given the step's number and the step as well.
        around: the context in which a step computes.
    """
    values = {id(graph.input): pixels}
    for number, step in enumerate(graph.steps):
        with around(step):
            output = step.call(values)
        output = finished(number, step, output)
        pairs = zip(tree.flatten(step.output), tree.flatten(output), strict=True)
        values.update((id(tensor), value) for tensor, value in pairs if isinstance(tensor, keras.KerasTensor))
    return values[id(graph.output)]


def graph_of(model: Any) -> Graph:
    """The steps of a functional or Sequential model.

    Raises:
        UnsupportedModelError: the model is subclassed, has several inputs or outputs, or computes in less than float32.
    """
    opened = functional_of(model)
    if opened is None:
        raise UnsupportedModelError(
            f"{type(model).__name__} computes in Python code of its own, not in a graph of layers"
        )
    if len(opened.inputs) != 1 or len(opened.outputs) != 1:
        raise UnsupportedModelError(
            f"it has {len(opened.inputs)} inputs and {len(opened.outputs)} outputs, not one each"
        )
    start = keras.KerasTensor(opened.inputs[0].shape, opened.inputs[0].dtype)
    steps: list[Step] = []
    (output,) = tree.flatten(_walk(opened, start, steps))
    for step in steps:
        computed = getattr(step.operation, "compute_dtype", "float32")
        if computed != "float32":
            raise UnsupportedModelError(f"layer {step.operation.name!r} computes in {computed}, not in float32")
    return Graph(start, tuple(steps), output)


def weights_of(layer: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Kernel and bias of a linear layer of a folded model, float32."""
    kernel, bias = layer.get_weights()
    return kernel, bias


def is_depthwise(operation: Any) -> bool:
    """Whether it is a depthwise convolution, whose kernel is (height, width, channels, 1)."""
    return type(operation) is layers.DepthwiseConv2D


def is_relu(operation: Any) -> bool:
    """Whether it is a ReLU or ReLU6, which TFLite and TensorRT compute inside the operator before it."""
    if type(operation) is layers.Activation:
        return operation.activation in {keras.activations.relu, keras.activations.relu6}
    return type(operation) is layers.ReLU and not operation.negative_slope and not operation.threshold


def is_probability(operation: Any) -> bool:
    """Whether its output is in 0..1 and TFLite gives it steps of 1/256, whatever values it took."""
    if type(operation) is layers.Activation:
        return operation.activation in {keras.activations.softmax, keras.activations.sigmoid}
    return type(operation) is layers.Softmax


def _walk(model: Any, inputs: Any, steps: list[Step]) -> Any:
    def call(operation: Any, *args: Any, **kwargs: Any) -> Any:
        nested = functional_of(operation)
        if nested is not None:
            return _walk(nested, args[0], steps)
        if isinstance(operation, layers.Dropout):
            return args[0]
        if "training" in kwargs:
            # Layers that change images at random record True here, and would do so in every file.
            kwargs["training"] = False
        specs = operation.compute_output_spec(*args, **kwargs)
        output = tree.map_structure(lambda spec: keras.KerasTensor(spec.shape, spec.dtype), specs)
        steps.append(Step(operation, args, kwargs, output))
        return output

    return run_through_graph(model, inputs, call)


def _correctable(operation: Any) -> bool:
    if type(operation) not in _CORRECTABLE:
        return False
    if type(operation) is layers.Dense:
        return True
    single = operation.depth_multiplier == 1 if is_depthwise(operation) else operation.groups == 1
    return bool(single and operation.data_format == "channels_last")


def _value(leaf: Any, values: Mapping[int, Any]) -> Any:
    return values[id(leaf)] if isinstance(leaf, keras.KerasTensor) else leaf
