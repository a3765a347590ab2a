"""Random changes to training images, after preprocessing and in training only."""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from ..recipes import Augmentation


def augment(images: Any, seed: Any, *, choices: Augmentation) -> Any:
    """The images changed at random within the recipe's limits.

    Flip, rotation, zoom and shift are one projection, so that pixels are interpolated once.

    Args:
        images: float32 tensor of shape (batch, height, width, 3), values 0 to 255.
        seed: int64 tensor of shape (2,); the same seed makes the same changes.
        choices: the limits.

    Returns:
        A tensor of the same shape, dtype and range.
    """
    count = tf.shape(images)[0]
    draws = tf.unstack(tf.random.stateless_uniform((8, count), seed, minval=-1.0, maxval=1.0))
    if _moves_pixels(choices):
        images = _projected(images, draws[:6], choices)
    if choices.contrast:
        factor = 1.0 + choices.contrast * draws[6][:, None, None, None]
        mean = tf.reduce_mean(images, axis=(1, 2), keepdims=True)
        images = (images - mean) * factor + mean
    if choices.brightness:
        images += 255.0 * choices.brightness * draws[7][:, None, None, None]
    return tf.clip_by_value(images, 0.0, 255.0)


def _moves_pixels(choices: Augmentation) -> bool:
    return bool(
        choices.horizontal_flip or choices.vertical_flip or choices.rotation_degrees or choices.zoom or choices.shift
    )


def _projected(images: Any, draws: list[Any], choices: Augmentation) -> Any:
    shape = tf.shape(images)
    height, width = tf.cast(shape[1], tf.float32), tf.cast(shape[2], tf.float32)
    flip_x = tf.sign(draws[0]) if choices.horizontal_flip else tf.ones_like(draws[0])
    flip_y = tf.sign(draws[1]) if choices.vertical_flip else tf.ones_like(draws[1])
    angle = math.radians(choices.rotation_degrees) * draws[2]
    scale = 1.0 + choices.zoom * draws[3]
    # From a pixel of the result to the pixel it comes from, around the middle of the image: a0 x + a1 y + a2.
    a0, a1 = flip_x * scale * tf.cos(angle), -flip_x * scale * tf.sin(angle)
    b0, b1 = flip_y * scale * tf.sin(angle), flip_y * scale * tf.cos(angle)
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    a2 = middle_x + choices.shift * width * draws[4] - a0 * middle_x - a1 * middle_y
    b2 = middle_y + choices.shift * height * draws[5] - b0 * middle_x - b1 * middle_y
    zero = tf.zeros_like(a0)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a0, a1, a2, b0, b1, b2, zero, zero], axis=1),
        output_shape=shape[1:3],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="REFLECT",
    )
