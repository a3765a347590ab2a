"""A small network with what MobileNetV2 has: pads, depthwise layers, ReLU6, a residual, uneven channels."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

SIDE = 32


def _normalised(x: Any, draw: np.random.Generator) -> Any:
    layer = layers.BatchNormalization()
    x = layer(x)
    size = x.shape[-1]
    spread = np.exp(draw.normal(0, 0.7, size))  # channels of unlike size, as in trained networks
    layer.set_weights([spread, draw.normal(0, 0.5, size), draw.normal(0, 0.3, size), draw.uniform(0.3, 2, size)])
    return x


def backbone(draw: np.random.Generator) -> keras.Model:
    inputs = keras.Input((SIDE, SIDE, 3), name="pixels")
    x = layers.Rescaling(1 / 127.5, -1, name="normalisation")(inputs)
    x = layers.ReLU(6.0)(_normalised(layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x), draw))
    x = _normalised(layers.Conv2D(6, 1, use_bias=False)(x), draw)
    short = x
    x = layers.ReLU(6.0)(_normalised(layers.Conv2D(24, 1, use_bias=False)(x), draw))
    x = layers.ReLU(6.0)(_normalised(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x), draw))
    x = _normalised(layers.Conv2D(6, 1, use_bias=False)(x), draw)
    x = layers.Add()([short, x])
    x = layers.ReLU(6.0)(_normalised(layers.Conv2D(24, 1, use_bias=False)(x), draw))
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = layers.ReLU(6.0)(_normalised(layers.DepthwiseConv2D(3, strides=2, use_bias=False)(x), draw))
    x = layers.ReLU(6.0)(_normalised(layers.Conv2D(32, 1, use_bias=False)(x), draw))
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x), name="backbone")


def classifier(*, nested: bool = False, last: str = "softmax") -> keras.Model:
    keras.utils.set_random_seed(3)
    features = backbone(np.random.default_rng(3))
    if nested:
        inputs = keras.Input((SIDE, SIDE, 3), name="pixels")
        x = features(inputs, training=False)
    else:
        inputs, x = features.inputs[0], features.outputs[0]
    x = layers.Dropout(0.2)(x)
    return keras.Model(inputs, layers.Dense(5, activation=last, name="probabilities")(x))


def images(count: int, seed: int) -> NDArray[np.uint8]:
    """Smooth random images: neighbouring pixels are alike, as in photographs."""
    draw = np.random.default_rng(seed)
    coarse = draw.integers(0, 256, (count, 8, 8, 3))
    fine = np.kron(coarse, np.ones((1, SIDE // 8, SIDE // 8, 1))) + draw.normal(0, 12, (count, SIDE, SIDE, 3))
    return np.clip(fine, 0, 255).astype(np.uint8)
