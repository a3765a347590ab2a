"""Layers that change images at random in training, and small models that hold one."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers

SIDE = 16
PIXELS = np.random.default_rng(3).integers(0, 256, (4, SIDE, SIDE, 3)).astype(np.uint8)

_BYTES: dict[str, Any] = {"value_range": (0, 255)}

GIVE_BACK: dict[str, Any] = {
    "RandomFlip": {},
    "RandomRotation": {"factor": 0.3},
    "RandomZoom": {"height_factor": 0.4},
    "RandomTranslation": {"height_factor": 0.3, "width_factor": 0.3},
    "RandomContrast": {"factor": 0.5},
    "RandomBrightness": {"factor": 0.5},
    "RandomCrop": {"height": 12, "width": 12},
    "RandomErasing": {},
    "RandomShear": {"x_factor": 0.5, "y_factor": 0.5},
    "RandomHue": {"factor": 0.5, **_BYTES},
    "RandomSaturation": {"factor": 0.9, **_BYTES},
    "RandomSharpness": {"factor": 0.9, **_BYTES},
    "RandomPosterization": {"factor": 3, **_BYTES},
    "RandomColorDegeneration": {"factor": 0.5, **_BYTES},
    "RandomGrayscale": {"factor": 1.0},
    "MixUp": {},
    "CutMix": {},
    "RandAugment": _BYTES,
    "GaussianNoise": {"stddev": 0.9},
    "GaussianDropout": {"rate": 0.3},
    "SpatialDropout2D": {"rate": 0.3},
}
"""Kinds that give back what they take at inference, with their options."""


def layer_named(kind: str) -> Any:
    return getattr(layers, kind)(**GIVE_BACK[kind])


def classifier_with(
    *kinds: str, nested: bool = False, training: bool | None = None, pooled: bool = True
) -> keras.Model:
    """A classifier that begins with these layers, called as they would be in training where `training` says so."""
    keras.utils.set_random_seed(1)
    inputs = keras.Input((SIDE, SIDE, 3))
    said = {} if training is None else {"training": training}
    x: Any = inputs
    if nested:
        x = keras.Sequential([layer_named(kind) for kind in kinds], name="augmentation")(x, **said)
    else:
        for kind in kinds:
            x = layer_named(kind)(x, **said)
    x = layers.Conv2D(4, 3, activation="relu")(layers.Rescaling(1 / 255)(x))
    x = layers.GlobalAveragePooling2D()(x) if pooled else layers.Flatten()(x)
    wide = keras.initializers.RandomNormal(stddev=2.0)
    return keras.Model(inputs, layers.Dense(3, activation="softmax", kernel_initializer=wide)(x))


def at_inference(model: Any) -> Any:
    """What the float model answers."""
    return np.asarray(model(PIXELS.astype(np.float32), training=False))
