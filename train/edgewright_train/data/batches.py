"""Batches of pixels for Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..recipes import Augmentation
from .augmentation import augment
from .epoch_order import EpochClock, shuffled_batches
from .pixels import Pixels


def training_batches(
    pixels: Pixels,
    *,
    batch_size: int,
    augmentation: Augmentation,
    classes: int,
    seed: int,
    shuffle: bool = True,
    clock: EpochClock | None = None,
) -> Any:
    """A tf.data.Dataset over the training split: augmented float32 pixels and one-hot labels.

    Every pass over it shuffles and augments anew; the seed and the clock's epoch decide how. Without a clock every pass
    is an epoch of its own, in turn.
    """
    drawn = shuffled_batches(pixels.places["train"], batch_size=batch_size, seed=seed, shuffle=shuffle, clock=clock)
    read = _reader(pixels, classes)

    def changed(places: Any, batch_seed: Any) -> tuple[Any, Any]:
        images, labels = read(places)
        return augment(images, batch_seed, choices=augmentation), labels

    return drawn.map(changed, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)


def plain_batches(pixels: Pixels, split: str, *, batch_size: int, classes: int) -> Any:
    """A tf.data.Dataset over a split in its order: float32 pixels as they are and one-hot labels."""
    places = tf.data.Dataset.from_tensor_slices(pixels.places[split]).batch(batch_size)
    return places.map(_reader(pixels, classes), num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)


def _reader(pixels: Pixels, classes: int) -> Any:
    shape = pixels.values.shape[1:]

    def values_at(batch: NDArray[np.int64]) -> NDArray[np.uint8]:
        return np.asarray(pixels.values[batch])

    def read(batch: Any) -> tuple[Any, Any]:
        values = tf.numpy_function(values_at, [batch], tf.uint8)
        values = tf.ensure_shape(values, (None, *shape))
        labels = tf.one_hot(tf.gather(pixels.classes, batch), classes)
        return tf.cast(values, tf.float32), labels

    return read
