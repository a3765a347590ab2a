"""A small network with what MobileNetV2 has: pads, depthwise layers, ReLU6, a residual, uneven channels."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

SIDE = 32
CLASSES = 5
SPREAD = 3.0
"""Standard deviation of a logit over the images."""


def _normalised(x: Any, draw: np.random.Generator) -> Any:
    layer = layers.BatchNormalization()
    x = layer(x)
    size = x.shape[-1]
    spread = np.exp(draw.normal(0, 0.7, size))  # channels of unlike size, as in trained networks
    layer.set_weights([spread, draw.normal(0, 0.5, size), np.zeros(size), np.ones(size)])
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
    model = keras.Model(inputs, layers.GlobalAveragePooling2D()(x), name="backbone")
    _move_off_grid(model)
    _settle(model)
    return model


def _move_off_grid(model: keras.Model) -> None:
    """Puts each weight 0.4 steps above a level of its channel's INT8 grid, so that all of them are rounded down.

    With inputs that are never negative the errors of a sum add up, to several times what errors of either sign do: an
    INT8 file that takes weights as they are is off by that, and one whose biases are corrected is not.
    """
    for layer in model.layers:
        if not isinstance(layer, (layers.Conv2D, layers.DepthwiseConv2D)):
            continue
        (kernel,) = layer.get_weights()
        inputs = (0, 1) if isinstance(layer, layers.DepthwiseConv2D) else (0, 1, 2)
        largest = np.abs(kernel).max(axis=inputs, keepdims=True)
        step = largest / 127
        layer.set_weights([np.where(np.abs(kernel) == largest, kernel, (np.floor(kernel / step) + 0.4) * step)])


def _settle(model: keras.Model) -> None:
    """Gives batch normalisation the statistics of images, or random layers would answer alike to all of them."""
    norms = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    for layer in norms:
        layer.momentum = 0.0
    model(images(64, seed=0).astype(np.float32), training=True)
    for layer in norms:
        layer.momentum = 0.99


def classifier(*, nested: bool = False, last: str = "softmax") -> keras.Model:
    keras.utils.set_random_seed(3)
    draw = np.random.default_rng(3)
    features = backbone(draw)
    if nested:
        inputs = keras.Input((SIDE, SIDE, 3), name="pixels")
        x = features(inputs, training=False)
    else:
        inputs, x = features.inputs[0], features.outputs[0]
    x = layers.Dropout(0.2)(x)
    head = layers.Dense(CLASSES, activation=last, name="probabilities")
    model = keras.Model(inputs, head(x))
    head.set_weights(_telling_apart(np.asarray(features(images(64, seed=0).astype(np.float32))), draw))
    return model


def _telling_apart(features: NDArray[np.float32], draw: np.random.Generator) -> list[NDArray[np.floating]]:
    """The kernel and bias of a last layer whose logits vary by `SPREAD` from image to image, around zero.

    Or all images would get one label, whatever is done to the model, and agreement and distance would say nothing.
    """
    kernel = draw.normal(0, 1, (features.shape[1], CLASSES))
    logits = features @ kernel
    kernel *= SPREAD / logits.std(axis=0)
    return [kernel, -(features @ kernel).mean(axis=0)]


OUTLIER = "outlier"
"""The layer of `classifier_with_outlier` that an INT8 file loses most by."""


def classifier_with_outlier() -> keras.Model:
    """A classifier in which one tensor has a channel thirty times as large as the others, which nothing reads.

    The one scale of the tensor leaves the others some eight of 256 levels: an INT8 file is far from the model by that
    alone, on every processor, and one that keeps this tensor in float is not. It is the last but one and centred on
    zero, so that no later layer is fitted to what is lost; equalisation, of a factor of eight at most, is no way out.
    """
    keras.utils.set_random_seed(3)
    draw = np.random.default_rng(3)
    features = backbone(draw)
    outlier = layers.Dense(9, name=OUTLIER)
    head = layers.Dense(CLASSES, activation="softmax", name="probabilities")
    reduced = keras.Model(features.inputs[0], outlier(features.outputs[0]))
    model = keras.Model(features.inputs[0], head(reduced.output))
    kernel = draw.normal(0, 1, (features.outputs[0].shape[1], 9))
    kernel[:, -1] = 30 * np.abs(kernel[:, -1])
    mean = np.asarray(features(images(64, seed=0).astype(np.float32))).mean(axis=0) @ kernel
    outlier.set_weights([kernel, -mean])
    kernel, bias = _telling_apart(np.asarray(reduced(images(64, seed=0).astype(np.float32)))[:, :-1], draw)
    head.set_weights([np.concatenate([kernel, np.zeros((1, CLASSES))]), bias])
    return model


def images(count: int, seed: int) -> NDArray[np.uint8]:
    """Smooth random images, each of its own colour and contrast: neighbouring pixels are alike, as in photographs."""
    draw = np.random.default_rng(seed)
    colour, contrast = draw.uniform(30, 225, (count, 1, 1, 3)), draw.uniform(10, 70, (count, 1, 1, 1))
    coarse = colour + contrast * draw.normal(0, 1, (count, 8, 8, 3))
    fine = np.kron(coarse, np.ones((1, SIDE // 8, SIDE // 8, 1))) + draw.normal(0, 12, (count, SIDE, SIDE, 3))
    return np.clip(fine, 0, 255).astype(np.uint8)
