"""In which order an epoch sees the images: from the seed and the epoch's number, and from nothing else.

A training that was killed goes on as one that was not only if its later epochs draw what they would have drawn. State
that lies in an iterator, or in how often Keras made one, cannot be brought back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray


class EpochClock:
    """Tells batches which epoch it is.

    Attributes:
        epoch: from 0 on; the next pass over the batches is this epoch's.
    """

    def __init__(self) -> None:
        self.epoch = 0


def shuffled_batches(
    places: NDArray[np.int64], *, batch_size: int, seed: int, shuffle: bool = True, clock: EpochClock | None = None
) -> Any:
    """A tf.data.Dataset of batches of the places, int64 of shape (batch,), each with a seed, int64 of shape (2,).

    Args:
        places: what is shuffled.
        batch_size: of all batches but perhaps the last.
        seed: of the order and of the batches' seeds.
        shuffle: False for the places' own order.
        clock: which epoch a pass belongs to; without one every pass is an epoch of its own, in turn.
    """
    passes = iter(range(2**62))

    def drawn() -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        draw = np.random.default_rng((seed, next(passes) if clock is None else clock.epoch))
        first_seed = draw.integers(2**62, size=2)
        yield (draw.permutation(places) if shuffle else places), first_seed

    def in_batches(order: Any, first_seed: Any) -> Any:
        batches = tf.data.Dataset.from_tensor_slices(order).batch(batch_size).enumerate()
        return batches.map(lambda number, batch: (batch, first_seed + tf.stack([tf.zeros_like(number), number])))

    kinds = tf.TensorSpec((None,), tf.int64), tf.TensorSpec((2,), tf.int64)
    epochs = tf.data.Dataset.from_generator(drawn, output_signature=kinds)
    count = -(-len(places) // batch_size)
    return epochs.flat_map(in_batches).apply(tf.data.experimental.assert_cardinality(count))
