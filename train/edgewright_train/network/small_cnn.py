"""A small network of 3x3 convolutions for small images, trained from scratch."""

from __future__ import annotations

from typing import Any

import keras

from edgewright_runtime.preprocessing import Normalisation

from .backbones import Backbone
from .keras_application import normalised

_STAGES = ((32, 2), (64, 2), (128, 2))
"""Channels and convolutions of each stage, whose first convolution halves the side."""


def build(pixels: Any, *, row: Backbone, normalisation: Normalisation, alpha: float, activation: str) -> Any:
    """As `keras_application.build`; the feature maps have an eighth of the side."""
    values = normalised(pixels, normalisation)
    for stage, (channels, convolutions) in enumerate(_STAGES, 1):
        for number in range(1, convolutions + 1):
            strides = 2 if number == 1 else 1
            values = _convolution(values, f"stage_{stage}_{number}", int(channels * alpha), strides, activation)
    return keras.Model(pixels, values, name=row.name)


def _convolution(values: Any, name: str, channels: int, strides: int, activation: str) -> Any:
    convolution = keras.layers.Conv2D(
        channels,
        3,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )
    values = keras.layers.BatchNormalization(name=f"{name}_norm")(convolution(values))
    return keras.layers.Activation("relu" if activation == "auto" else activation, name=f"{name}_activation")(values)
