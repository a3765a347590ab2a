"""What a Keras model ends in, and the model without it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from ...keras_internals import functional_of, layer_that_makes, made_from


@dataclass(frozen=True)
class BeforeSigmoid:
    """A model of one output, taken apart: the logit is body(x) @ kernel + bias.

    Attributes:
        body: Keras model up to what the last dense layer takes or, where the end is another, to the value itself.
        kernel: shape (features, 1).
        bias: shape (1,).
        sigmoid: whether a sigmoid came after it, which is gone now.
    """

    body: Any
    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    sigmoid: bool


def activation_of(operation: Any) -> str | None:
    """Name of the activation that a layer or operation ends in; None where that does not show."""
    if isinstance(operation, layers.Softmax):
        return "softmax"
    if isinstance(operation, keras.Operation) and type(operation).__name__ == "Sigmoid":  # keras.ops.sigmoid
        return "sigmoid"
    return getattr(getattr(operation, "activation", None), "__name__", None)


def before_sigmoid(model: Any) -> BeforeSigmoid:
    """The model without the sigmoid at its end and the dense layer before that, as far as it has them."""
    functional = functional_of(model)
    if functional is None:
        return _whole(model, sigmoid=False)
    output, sigmoid = functional.outputs[0], False
    if isinstance(layer_that_makes(output), keras.Model):
        inner = before_sigmoid(layer_that_makes(output))
        return replace(inner, body=keras.Model(functional.inputs, inner.body(made_from(output))))
    if _is_bare_sigmoid(layer_that_makes(output)):
        output, sigmoid = made_from(output), True
    last: Any = layer_that_makes(output)
    if type(last) is layers.Dense and len(output.shape) == 2 and activation_of(last) in _SEEN_THROUGH[sigmoid]:
        body = keras.Model(functional.inputs, made_from(output))
        kernel = np.asarray(last.kernel, np.float32)
        bias = np.asarray(last.bias, np.float32) if last.use_bias else np.zeros(1, np.float32)
        return BeforeSigmoid(body, kernel, bias, sigmoid or activation_of(last) == "sigmoid")
    return _whole(keras.Model(functional.inputs, output), sigmoid=sigmoid)


_SEEN_THROUGH = {False: ("linear", "sigmoid"), True: ("linear",)}
"""Activations of a last dense layer that can be taken off it, by whether a sigmoid comes after it."""


def _is_bare_sigmoid(operation: Any) -> bool:
    return activation_of(operation) == "sigmoid" and not getattr(operation, "weights", None)


def _whole(body: Any, *, sigmoid: bool) -> BeforeSigmoid:
    return BeforeSigmoid(body, np.ones((1, 1), np.float32), np.zeros(1, np.float32), sigmoid)
