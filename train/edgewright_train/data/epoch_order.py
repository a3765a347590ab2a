"""Which images an epoch shows in which order: from the seed and the epoch's number, and from nothing else.

A training that was killed goes on as one that was not only if its later epochs draw what they would have drawn. State
that lies in an iterator, or in how often Keras made one, cannot be brought back.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .balance import epoch_length, epoch_places

_LARGEST_SEED = 2**31


class EpochClock:
    """Tells batches which epoch it is.

    Attributes:
        epoch: from 0 on; the next pass over the batches is this epoch's.
    """

    def __init__(self) -> None:
        self.epoch = 0


def shuffled_batches(
    places: NDArray[np.int64],
    classes: NDArray[np.int64],
    *,
    batch_size: int,
    seed: int,
    balance: str = "none",
    parts: int = 1,
    clock: EpochClock | None = None,
) -> Any:
    """A tf.data.Dataset of batches of the places, int64 of shape (batch,), each with a seed, int64 of shape (2,).

    Args:
        places: what is shuffled.
        classes: class index of each of them.
        batch_size: of all batches but perhaps the last.
        seed: of the order and of the batches' seeds.
        balance: which places an epoch has, as in the recipe.
        parts: how many equal parts the places fall into, in their order; an epoch shows one of them, in turn.
        clock: which epoch a pass belongs to; without one every pass is an epoch of its own, in turn.
    """
    passes, length = itertools.count(), len(places) // parts

    def drawn() -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        epoch = next(passes) if clock is None else clock.epoch
        generator = np.random.default_rng((seed, epoch))
        part = slice(epoch % parts * length, (epoch % parts + 1) * length)
        order = epoch_places(places[part], classes[part], balance=balance, generator=generator)
        for start in range(0, len(order), batch_size):
            yield order[start : start + batch_size], generator.integers(_LARGEST_SEED, size=2)

    kinds = tf.TensorSpec((None,), tf.int64), tf.TensorSpec((2,), tf.int64)
    count = -(-epoch_length(classes[:length], balance=balance) // batch_size)
    batches = tf.data.Dataset.from_generator(drawn, output_signature=kinds)
    return batches.apply(tf.data.experimental.assert_cardinality(count))
