"""Batches of pixels for Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..recipes import Augmentation
from .augmentation import augment
from .pixels import Pixels


def training_batches(
    pixels: Pixels, *, batch_size: int, augmentation: Augmentation, classes: int, seed: int, shuffle: bool = True
) -> Any:
    """A tf.data.Dataset over the training split: augmented float32 pixels and one-hot labels.

    Every pass over it shuffles and augments anew; the seed decides how, for all passes.
    """
    places = tf.data.Dataset.from_tensor_slices(pixels.places["train"])
    if shuffle:
        places = places.shuffle(len(pixels.places["train"]), seed=seed, reshuffle_each_iteration=True)
    seeds = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).batch(2)

    def changed(batch: tuple[Any, Any], batch_seed: Any) -> tuple[Any, Any]:
        images, labels = batch
        return augment(images, batch_seed, choices=augmentation), labels

    batches = tf.data.Dataset.zip((_read(places.batch(batch_size), pixels, classes), seeds))
    return batches.map(changed, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)


def plain_batches(pixels: Pixels, split: str, *, batch_size: int, classes: int) -> Any:
    """A tf.data.Dataset over a split in its order: float32 pixels as they are and one-hot labels."""
    places = tf.data.Dataset.from_tensor_slices(pixels.places[split])
    return _read(places.batch(batch_size), pixels, classes).prefetch(2)


def _read(places: Any, pixels: Pixels, classes: int) -> Any:
    shape = pixels.values.shape[1:]

    def values_at(batch: NDArray[np.int64]) -> NDArray[np.uint8]:
        return np.asarray(pixels.values[batch])

    def read(batch: Any) -> tuple[Any, Any]:
        values = tf.numpy_function(values_at, [batch], tf.uint8)
        values = tf.ensure_shape(values, (None, *shape))
        labels = tf.one_hot(tf.gather(pixels.classes, batch), classes)
        return tf.cast(values, tf.float32), labels

    return places.map(read, num_parallel_calls=tf.data.AUTOTUNE)
