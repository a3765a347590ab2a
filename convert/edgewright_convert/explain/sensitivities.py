"""What each layer of an INT8 conversion costs at the outputs when it alone is quantized."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ..float_model import FloatModel
from ..int8 import ActivationRange, sensitivity_of_layers
from ..int8.network.keras_graph import graph_of, is_probability
from ..tflite.rewriting import quantized_layers
from .conversions import Conversion
from .layers import LayerError


def sensitivities_of(
    made: Conversion, model: FloatModel, rows: Sequence[LayerError], pixels: NDArray[np.uint8]
) -> dict[str, float]:
    """The mean square error of the probabilities by layer, the most sensitive first.

    It is the ranking by which `convert --keep-float` tries layers. Empty where the model is no graph of layers.

    Args:
        made: the conversion.
        model: the float model that it was made from.
        rows: the conversion's layers.
        pixels: uint8, shape (n, height, width, channels).
    """
    if made.why_not_corrected:
        return {}
    if made.corrected is None:
        ranges = _ranges_of(rows, model.loaded)
        return sensitivity_of_layers(model.loaded, ranges, tuple(ranges), pixels)
    corrected = made.corrected
    layers = tuple(layer for layer in quantized_layers(made.int8_file) if layer in corrected.ranges)
    return sensitivity_of_layers(corrected.model, corrected.ranges, layers, pixels)


def _ranges_of(rows: Sequence[LayerError], model: Any) -> dict[str, ActivationRange]:
    """What the file's tensors can hold, by the Keras layer that gives it.

    Of a layer that became several operators the last one's: that is what the layer gives. A layer that gives
    probabilities is left out, for the tensor that bears its name holds what goes into them.
    """
    known = {step.operation.name for step in graph_of(model).steps if not _gives_probabilities(step.operation)}
    return {row.layer: _range_of(row) for row in rows if row.layer in known}


def _gives_probabilities(operation: Any) -> bool:
    activation = getattr(operation, "activation", None)
    return is_probability(operation) or activation in {keras.activations.softmax, keras.activations.sigmoid}


def _range_of(row: LayerError) -> ActivationRange:
    return ActivationRange((-128 - row.zero_point) * row.scale, (127 - row.zero_point) * row.scale)
