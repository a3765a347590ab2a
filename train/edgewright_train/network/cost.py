"""What a Keras model costs: its parameters, and its multiplications each with an addition."""

from __future__ import annotations

from math import prod
from typing import Any


def parameters(model: Any) -> int:
    """How many weights the model has, moving averages among them."""
    return int(model.count_params())


def multiply_adds(model: Any) -> int:
    """How many multiply-adds the model's convolutions and dense layers take for one image.

    A kernel's weights are used once for each place of the output, in a dense layer once; normalisation, activations and
    sums are left out, as in the papers' own figures.

    Args:
        model: built for a fixed input size.
    """
    return sum(_of_layer(layer) for layer in model.layers)


def _of_layer(layer: Any) -> int:
    # The first dimension of an output is the batch, the last its channels.
    kernels = [weight for weight in layer.weights if len(weight.shape) in {2, 4}]
    places = prod(layer.output.shape[1:-1]) if kernels else 0
    return int(sum(prod(kernel.shape) for kernel in kernels) * places)
