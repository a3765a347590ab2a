"""How sensitive the outputs are to each activation: the error that quantizing it alone causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .network.keras_graph import Step, graph_of, output_of
from .quantization_grids import ActivationRange

_BATCH = 16

MOST_IMAGES = 32
"""Images to measure on; the order of the worst layers was the same with 16 and with 32."""


def sensitivity_of_layers(
    model: Any, ranges: Mapping[str, ActivationRange], layers: Sequence[str], pixels: NDArray[np.uint8]
) -> dict[str, float]:
    """The mean square by which the probabilities change when the output of one layer at a time is quantized.

    Args:
        model: a folded Keras model with its weights on their grids.
        ranges: of the outputs of its layers, by name.
        layers: names of the layers to measure.
        pixels: uint8, shape (n, height, width, channels); at most `MOST_IMAGES` are used.

    Returns:
        By layer, the most sensitive first.
    """
    run = _gated(model, ranges, layers)
    images = pixels[:MOST_IMAGES]

    def outputs(gates: NDArray[np.float32]) -> NDArray[np.float64]:
        batches = (images[start : start + _BATCH] for start in range(0, len(images), _BATCH))
        parts = [np.asarray(run(tf.constant(batch, tf.float32), tf.constant(gates))) for batch in batches]
        return np.concatenate(parts).astype(np.float64)

    undisturbed = outputs(np.zeros(len(layers), np.float32))
    gates = np.eye(len(layers), dtype=np.float32)
    found = {name: float(np.square(outputs(gates[i]) - undisturbed).mean()) for i, name in enumerate(layers)}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _gated(model: Any, ranges: Mapping[str, ActivationRange], layers: Sequence[str]) -> Any:
    """The model's computation with a factor for each layer's quantization error: one traced graph serves them all."""
    graph = graph_of(model)
    places = {name: place for place, name in enumerate(layers)}

    def call(pixels: Any, gates: Any) -> Any:
        def disturbed(_number: int, step: Step, output: Any) -> Any:
            name = step.operation.name
            if name not in places:
                return output
            return output + gates[places[name]] * (ranges[name].quantized(output) - output)

        return output_of(graph, pixels, disturbed)

    return tf.function(call, autograph=False)
