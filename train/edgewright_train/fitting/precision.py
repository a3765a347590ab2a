"""Mixed precision: the network computes in half of float32 while it is trained, and is kept in float32."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf


@contextlib.contextmanager
def computing(*, mixed: bool) -> Iterator[None]:
    """Layers made in the block compute in half precision if that is wanted; their weights are float32 all the same.

    The layer of the probabilities says for itself that it computes in float32.
    """
    before = keras.config.dtype_policy()
    if mixed:
        keras.config.set_dtype_policy(half_policy())
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def half_policy() -> str:
    """Keras's name of the precision: float16 on a GPU, which has units for it, bfloat16 on a CPU, which has not."""
    return "mixed_float16" if tf.config.list_physical_devices("GPU") else "mixed_bfloat16"


def copy_weights(source: Any, target: Any) -> None:
    """Gives a model the weights of another one of the same layers, whatever either computes in."""
    for one, two in zip(source.layers, target.layers, strict=True):
        two.set_weights(one.get_weights())
