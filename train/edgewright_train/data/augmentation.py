"""Random changes to training images, after preprocessing and in training only."""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from ..recipes import Augmentation

# Which draw is whose; each is from -1 to 1, one for each image.
_FLIP_X, _FLIP_Y, _ANGLE, _ZOOM, _SHIFT_X, _SHIFT_Y, _SHEAR, _CONTRAST, _BRIGHTNESS, _FACTOR, _CHANNELS = range(11)
_DRAWS = _CHANNELS + 3


def augment(images: Any, seed: Any, *, choices: Augmentation) -> Any:
    """The images changed at random within the recipe's limits.

    Flip, rotation, zoom, shear and shift are one projection, so that pixels are interpolated once.

    Args:
        images: float32 tensor of shape (batch, height, width, 3), values 0 to 255.
        seed: int64 tensor of shape (2,); the same seed makes the same changes.
        choices: the limits.

    Returns:
        A tensor of the same shape, dtype and range.
    """
    count = tf.shape(images)[0]
    draws = tf.unstack(tf.random.stateless_uniform((_DRAWS, count), seed, minval=-1.0, maxval=1.0))
    if _moves_pixels(choices):
        images = _projected(images, draws, choices)
    return tf.clip_by_value(_recoloured(images, draws, choices), 0.0, 255.0)


def _recoloured(images: Any, draws: list[Any], choices: Augmentation) -> Any:
    if choices.contrast:
        factor = _of_image(1.0 + choices.contrast * draws[_CONTRAST])
        mean = tf.reduce_mean(images, axis=(1, 2), keepdims=True)
        images = (images - mean) * factor + mean
    if choices.brightness_factor:
        images *= _of_image(1.0 + choices.brightness_factor * draws[_FACTOR])
    if choices.brightness:
        images += _of_image(255.0 * choices.brightness * draws[_BRIGHTNESS])
    if choices.channel_shift:
        images += (255.0 * choices.channel_shift * tf.stack(draws[_CHANNELS:], axis=1))[:, None, None, :]
    return images


def _of_image(values: Any) -> Any:
    """One value for each image, in a shape that goes with images."""
    return values[:, None, None, None]


def _moves_pixels(choices: Augmentation) -> bool:
    return bool(
        choices.horizontal_flip
        or choices.vertical_flip
        or choices.rotation_degrees
        or choices.zoom
        or choices.shift
        or choices.shear
    )


def _projected(images: Any, draws: list[Any], choices: Augmentation) -> Any:
    shape = tf.shape(images)
    height, width = tf.cast(shape[1], tf.float32), tf.cast(shape[2], tf.float32)
    # From a pixel of the result to the pixel it comes from, around the middle of the image: a0 x + a1 y + a2.
    a0, a1, b0, b1 = _around_the_middle(draws, choices)
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    a2 = middle_x + choices.shift * width * draws[_SHIFT_X] - a0 * middle_x - a1 * middle_y
    b2 = middle_y + choices.shift * height * draws[_SHIFT_Y] - b0 * middle_x - b1 * middle_y
    zero = tf.zeros_like(a0)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a0, a1, a2, b0, b1, b2, zero, zero], axis=1),
        output_shape=shape[1:3],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode=choices.fill.upper(),
    )


def _around_the_middle(draws: list[Any], choices: Augmentation) -> tuple[Any, Any, Any, Any]:
    """The rows of flip x zoom x rotation x shear; a shear moves pixels to the side by so much of their height."""
    flip_x = tf.sign(draws[_FLIP_X]) if choices.horizontal_flip else tf.ones_like(draws[_FLIP_X])
    flip_y = tf.sign(draws[_FLIP_Y]) if choices.vertical_flip else tf.ones_like(draws[_FLIP_Y])
    angle = math.radians(choices.rotation_degrees) * draws[_ANGLE]
    scale = 1.0 + choices.zoom * draws[_ZOOM]
    shear = choices.shear * draws[_SHEAR]
    cos, sin = scale * tf.cos(angle), scale * tf.sin(angle)
    return flip_x * cos, flip_x * (shear * cos - sin), flip_y * sin, flip_y * (shear * sin + cos)
