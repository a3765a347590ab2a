"""What a frozen part of the network gives for images, and batches of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...data.epoch_order import EpochClock, shuffled_batches
from ...data.mapped import Mapped

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Examples:
    """Features and what they belong to.

    Attributes:
        features: float32 or float16 of shape (images, channels), or (images, rows, columns, channels).
        labels: float32 of shape (images, classes), each row with the sum 1.
        weights: of the images in the loss, float32 of shape (images,).
    """

    features: NDArray[Any]
    labels: Floats
    weights: Floats

    def first(self, count: int) -> Examples:
        """So many of them, without a copy."""
        return Examples(self.features[:count], self.labels[:count], self.weights[:count])


def shuffled_examples(examples: Examples, *, batch_size: int, seed: int, clock: EpochClock, views: int = 1) -> Any:
    """A tf.data.Dataset of float32 features, labels and weights in the order of the clock's epoch.

    Args:
        examples: of all views, one behind the other.
        batch_size: of all batches but perhaps the last.
        seed: of the order.
        clock: which epoch a pass is.
        views: how many views an epoch shows one of, in turn; with 1 it shows all examples.
    """
    places = np.arange(len(examples.features), dtype=np.int64)
    of_one_class = np.zeros_like(places)  # views are balanced when they are made
    batches = shuffled_batches(places, of_one_class, batch_size=batch_size, seed=seed, parts=views, clock=clock)
    read = _reading(examples)
    return batches.map(lambda batch, _: read(batch)).prefetch(2)


def examples_in_order(examples: Examples, *, batch_size: int) -> Any:
    """A tf.data.Dataset of float32 features and labels in their own order."""
    places = tf.data.Dataset.range(len(examples.features)).batch(batch_size)
    read = _reading(examples)
    return places.map(lambda batch: read(batch)[:2]).prefetch(2)


def _reading(examples: Examples) -> Any:
    """A function from a tensor of places to float32 features, labels and weights."""
    features = Mapped(examples.features)
    parts = (examples.features, examples.labels, examples.weights)

    def values_at(places: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        found = features.at(places).astype(np.float32, copy=False)
        return found, examples.labels[places], examples.weights[places]

    def read(batch: Any) -> tuple[Any, ...]:
        values = tf.numpy_function(values_at, [batch], [tf.float32] * 3)
        shaped = zip(values, parts, strict=True)
        return tuple(tf.ensure_shape(value, (None, *part.shape[1:])) for value, part in shaped)

    return read
