"""Batches of pixels for Keras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from ..recipes import Augmentation
from .augmentation import augment
from .epoch_order import EpochClock, shuffled_batches
from .mapped import Mapped
from .mixing import mix
from .pixels import Pixels


def training_batches(
    pixels: Pixels,
    *,
    batch_size: int,
    augmentation: Augmentation,
    classes: int,
    seed: int,
    balance: str = "none",
    class_weight: Mapping[int, float] | None = None,
    clock: EpochClock | None = None,
) -> Any:
    """A tf.data.Dataset over the training split: augmented float32 pixels, labels, and with class weights a third part.

    What a pass shows follows from the seed and the number of the epoch alone.

    Args:
        pixels: decoded images.
        batch_size: images of a batch; the last one of an epoch may have fewer.
        augmentation: how images are changed and mixed.
        classes: how many.
        seed: of the order and the augmentation.
        balance: which images an epoch shows, as in the recipe.
        class_weight: factor of each class's loss; becomes the weight of each image.
        clock: which epoch a pass is; without one each pass is the next.

    Returns:
        Batches of images, float32 of shape (batch, height, width, channels), values 0 to 255; labels, float32 of shape
        (batch, classes), with the sum 1; and where there are class weights those of the images, float32 of shape
        (batch,).
    """
    places = pixels.places["train"]
    orders = shuffled_batches(
        places, pixels.classes[places], batch_size=batch_size, seed=seed, balance=balance, clock=clock
    )
    read = _reading(pixels, classes)

    def changed(images: Any, labels: Any, batch_seed: Any) -> tuple[Any, ...]:
        images = augment(images, batch_seed, choices=augmentation)
        images, labels = mix(images, labels, batch_seed, choices=augmentation)
        return (images, labels) if class_weight is None else (images, *_weighted(labels, class_weight))

    batches = orders.map(lambda batch, batch_seed: (*read(batch), batch_seed), num_parallel_calls=tf.data.AUTOTUNE)
    return batches.map(changed, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)


def plain_batches(pixels: Pixels, split: str, *, batch_size: int, classes: int) -> Any:
    """A tf.data.Dataset over a split in its order: float32 pixels as they are and one-hot labels."""
    places = tf.data.Dataset.from_tensor_slices(pixels.places[split]).batch(batch_size)
    return places.map(_reading(pixels, classes), num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)


def _weighted(labels: Any, class_weight: Mapping[int, float]) -> tuple[Any, Any]:
    """Labels and image weights with which the loss of each class counts by its weight, in mixed images too.

    The cross-entropy of a mixed image is the sum over its classes c of y_c w_c (-log p_c). As the weight w of an image
    is one number for all its classes, it is the sum of y_c w_c, and the labels are y_c w_c / w.
    """
    parts = labels * tf.constant([class_weight[index] for index in range(len(class_weight))], tf.float32)
    weights = tf.reduce_sum(parts, axis=1)
    return parts / weights[:, None], weights


def _reading(pixels: Pixels, classes: int) -> Any:
    """A function from a tensor of places to the images' float32 pixels and one-hot labels."""
    shape, values_of = pixels.values.shape[1:], Mapped(pixels.values)

    def read(batch: Any) -> tuple[Any, Any]:
        values = tf.numpy_function(values_of.at, [batch], tf.uint8)
        values = tf.ensure_shape(values, (None, *shape))
        labels = tf.one_hot(tf.gather(pixels.classes, batch), classes)
        return tf.cast(values, tf.float32), labels

    return read
