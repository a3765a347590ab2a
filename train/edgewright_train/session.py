"""The process that trains: its memory, and whether it computes the same each time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import tensorflow as tf

from edgewright_runtime.errors import EdgewrightError

from .recipes import Recipe


def prepare_session(*, deterministic: bool) -> None:
    """Has GPUs lend memory as it is needed, and operations compute the same each time where that is asked for.

    TensorFlow cannot take the second back: the process computes so until it ends, which costs some speed.
    """
    for device in tf.config.list_physical_devices("GPU"):
        # A program that has used the GPU already has settled this for itself.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(device, True)
    if deterministic:
        tf.config.experimental.enable_op_determinism()


@contextlib.contextmanager
def memory_explained(recipe: Recipe) -> Iterator[None]:
    """A block whose out-of-memory errors say what to lower.

    Raises:
        EdgewrightError: the memory of the machine or its GPU does not suffice.
    """
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        sizes = f"batch_size ({recipe.batch_size}) or input_size ({recipe.input_size}; --size)"
        precision = "" if recipe.optimizer.mixed_precision else ", or set mixed_precision = true there"
        raise EdgewrightError(
            f"The memory does not suffice for this training; lower {sizes} in the recipe{precision}"
        ) from error
