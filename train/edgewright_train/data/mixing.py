"""Images of one batch mixed with each other, and their labels in the same proportion."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from ..recipes import Augmentation

_OWN_DRAWS = 7  # what makes the seed of each draw another than that of `augment`


def mix(images: Any, labels: Any, seed: Any, *, choices: Augmentation) -> tuple[Any, Any]:
    """The images, each mixed with another one of the batch, and labels that say how much of which class is seen.

    mixup (Zhang et al. 2017, arXiv:1710.09412) blends the two, cutmix (Yun et al. 2019, arXiv:1905.04899) lays a
    rectangle of the other one over the first. Every pair has a proportion of its own; with both, each batch gets one.

    Args:
        images: float32 tensor of shape (batch, height, width, channels).
        labels: float32 tensor of shape (batch, classes), each row with sum 1.
        seed: int64 tensor of shape (2,); the same seed mixes in the same way.
        choices: the limits.

    Returns:
        Tensors of the same shapes, dtypes and ranges; rows of labels have the sum 1 as before.
    """
    if not choices.mixes:
        return images, labels
    seeds = tf.unstack(tf.random.experimental.stateless_split(seed + _OWN_DRAWS, 5))
    partner = tf.random.experimental.stateless_shuffle(tf.range(tf.shape(images)[0]), seeds[0])

    def blended() -> tuple[Any, Any]:
        return _blended(images, partner, _shares(tf.shape(images)[0], choices.mixup, seeds[1]))

    def covered() -> tuple[Any, Any]:
        return _covered(images, partner, _shares(tf.shape(images)[0], choices.cutmix, seeds[2]), seeds[3])

    if choices.mixup and choices.cutmix:
        mixed, own = tf.cond(tf.random.stateless_uniform((), seeds[4]) < 0.5, blended, covered)
    else:
        mixed, own = blended() if choices.mixup else covered()
    own = own[:, None]
    return mixed, own * labels + (1.0 - own) * tf.gather(labels, partner)


def _shares(count: Any, alpha: float, seed: Any) -> Any:
    """How much of each image stays: draws of Beta(alpha, alpha), as a quotient of Gamma draws, of shape (count,)."""
    both = tf.random.stateless_gamma((2, count), seed, alpha=tf.constant(alpha, tf.float64), dtype=tf.float64)
    total = both[0] + both[1]
    # With a small alpha both may be too small for a float: almost all of such draws are 0 or 1.
    return tf.cast(tf.where(total > 0, tf.math.divide_no_nan(both[0], total), 1.0), tf.float32)


def _blended(images: Any, partner: Any, own: Any) -> tuple[Any, Any]:
    part = own[:, None, None, None]
    return part * images + (1.0 - part) * tf.gather(images, partner), own


def _covered(images: Any, partner: Any, own: Any, seed: Any) -> tuple[Any, Any]:
    """The images with a rectangle of their partners, and how much of each is left to be seen.

    The rectangle may reach over the edge, so that less is covered than was drawn.
    """
    shape = tf.shape(images)
    middle = tf.random.stateless_uniform((2, shape[0]), seed)
    half = tf.sqrt(1.0 - own) / 2
    rows, columns = (_within(middle[axis], half, shape[axis + 1]) for axis in (0, 1))
    inside = tf.cast(rows[:, :, None] & columns[:, None, :], tf.float32)[..., None]
    mixed = images * (1.0 - inside) + tf.gather(images, partner) * inside
    return mixed, 1.0 - tf.reduce_mean(inside, axis=(1, 2, 3))


def _within(middle: Any, half: Any, side: Any) -> Any:
    """Which of `side` pixels lie less than `half` a side from the `middle`: bool of shape (batch, side)."""
    where = (tf.cast(tf.range(side), tf.float32) + 0.5) / tf.cast(side, tf.float32)
    return tf.abs(where[None] - middle[:, None]) < half[:, None]
