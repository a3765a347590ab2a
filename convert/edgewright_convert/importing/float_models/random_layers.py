"""A Keras model without the layers that change images, or anything else, at random while it is trained."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from ...keras_internals import calls_of, functional_of, run_through_graph

_SIDE = 16  # of a probe, where the model leaves a size open


def without_random_layers(model: Any) -> Any:
    """The same model for inference: layers that give back what they take are left out, wherever they lie.

    The others are called without the `training` that they were built with. A model that computes in Python code of its
    own, and one without such layers, comes back as it is.
    """
    functional = functional_of(model)
    if functional is None or not random_layers_of(functional):
        return model
    inputs = [keras.Input(batch_shape=each.shape, dtype=each.dtype, name=each.name) for each in functional.inputs]
    outputs = run_through_graph(functional, inputs[0] if len(inputs) == 1 else inputs, _call)
    return keras.Model(inputs, outputs, name=model.name)


def random_layers_of(model: Any) -> tuple[str, ...]:
    """Names of the layers that `without_random_layers` leaves out, in nested models too."""
    functional = functional_of(model)
    if functional is None:
        return ()
    found: list[str] = []
    for layer in functional.layers:
        found += random_layers_of(layer) if isinstance(layer, keras.Model) else [layer.name] * is_random_layer(layer)
    return tuple(found)


def is_random_layer(operation: Any) -> bool:
    """Whether it does something while it is trained, has no weights, and gives back what it takes at inference.

    That is tried, not read from a list: RandomCrop says that it makes images smaller, and at inference does not.
    """
    if not isinstance(operation, keras.Layer) or isinstance(operation, keras.Model) or operation.weights:
        return False
    if not type(operation).__module__.startswith("keras.") or "training" not in _parameters(operation.call):
        return False
    calls = calls_of(operation)
    return bool(calls) and all(_gives_back(operation, taken) for taken, _ in calls)


def _parameters(function: Callable[..., Any]) -> frozenset[str]:
    return frozenset(inspect.signature(function).parameters)


def _gives_back(layer: Any, taken: list[Any]) -> bool:
    """Whether the layer leaves a tensor like the one of this call as it is."""
    if len(taken) != 1:
        return False
    shape = tuple(size or (1 if place == 0 else _SIDE) for place, size in enumerate(taken[0].shape))
    probe = np.random.default_rng(0).uniform(-1, 255, shape).astype(taken[0].dtype)
    made = layer(probe, training=False)
    return bool(keras.ops.is_tensor(made) and np.array_equal(np.asarray(made), probe))


def _call(operation: Any, *args: Any, **kwargs: Any) -> Any:
    nested = functional_of(operation)
    if nested is not None and random_layers_of(nested):
        inner = without_random_layers(operation)
        return args[0] if not inner.weights and _is_empty(inner) else inner(*args)
    if is_random_layer(operation):
        return args[0]
    # Layers that change images at random record True here; a model that is asked for inference overrules it.
    return operation(*args, **{name: value for name, value in kwargs.items() if name != "training"})


def _is_empty(model: Any) -> bool:
    return all(isinstance(layer, keras.layers.InputLayer) for layer in model.layers)
