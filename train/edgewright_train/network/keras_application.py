"""Backbones that keras.applications builds."""

from __future__ import annotations

from typing import Any

import keras

from edgewright_runtime.preprocessing import Normalisation

from .backbones import Backbone


def build(pixels: Any, *, row: Backbone, normalisation: Normalisation, alpha: float, activation: str) -> Any:  # noqa: ARG001  they have their own activation
    """The backbone as a flat Keras model of random weights, from the pixels to its feature maps.

    Args:
        pixels: Keras input of shape (None, side, side, 3), values 0 to 255.
        row: of the table.
        normalisation: of the pixels, which becomes the layer `normalisation`.
        alpha: width multiplier.
        activation: one of the row's, or `auto`.

    Returns:
        A model whose output has the shape (None, rows, columns, channels).
    """
    arguments = dict(row.arguments) | ({"alpha": alpha} if len(row.alphas) > 1 else {})
    application = getattr(keras.applications, row.application)
    return application(input_tensor=normalised(pixels, normalisation), include_top=False, weights=None, **arguments)


def normalised(pixels: Any, normalisation: Normalisation) -> Any:
    """The pixels, each channel times its scale and plus its offset."""
    scale, offset = normalisation.scale, normalisation.offset
    same = len(set(scale)) == len(set(offset)) == 1
    layer = keras.layers.Rescaling(
        scale[0] if same else list(scale), offset[0] if same else list(offset), name="normalisation"
    )
    return layer(pixels)
