"""Examples: what a frozen part of the network gives, computed once for each view of each image and kept."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import DTypeLike, NDArray

from edgewright_runtime.console import Reporter
from edgewright_runtime.pixel_cache import forget, reserve

from ...data.mapped import Mapped
from ..supervising.interruption import raise_if_interrupted
from .examples import Examples, Floats

LARGEST_IN_MEMORY = 2**28
"""Bytes; what is larger lies in a temporary file, of which the system keeps in memory what there is room for."""

_BATCH = 32  # whose activations stay in the processor's cache


@dataclass(frozen=True)
class Compiled:
    """A model in inference as one graph for batches of any size; `predict` builds one for the last batch too.

    Attributes:
        function: float32 inputs to float outputs.
        shape: of one image's output.
    """

    function: Callable[[Any], Any]
    shape: tuple[int, ...]

    def __call__(self, inputs: Any) -> Floats:
        """The outputs in float32."""
        return np.asarray(self.function(inputs)).astype(np.float32)


def compiled(model: Any) -> Compiled:
    """The model with the weights that it has now; its graph is built when it is called for the first time.

    The weights are constants there, so that TensorFlow folds batch normalisation into the kernels before it: a third of
    the time of a MobileNetV2.
    """
    trained, others = (
        [np.asarray(keras.ops.convert_to_numpy(variable)) for variable in variables]
        for variables in (model.trainable_variables, model.non_trainable_variables)
    )

    def infer(inputs: Any) -> Any:
        constants = ([tf.constant(value) for value in values] for values in (trained, others))
        return model.stateless_call(*constants, inputs, training=False)[0]

    inputs = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
    return Compiled(tf.function(infer, input_signature=[inputs], autograph=False), tuple(model.output_shape[1:]))


@contextlib.contextmanager
def computed_examples(
    compute: Compiled,
    batches: Any,
    *,
    images: int,
    views: int = 1,
    kept_as: DTypeLike = np.float32,
    reporter: Reporter,
    what: str,
    largest_in_memory: int = LARGEST_IN_MEMORY,
) -> Iterator[Examples]:
    """What a model gives for the images of so many passes over the batches, one view behind the other.

    They lie in memory, or where they are large in a temporary file without a name, which goes away with the block and
    with the process, however that ends.

    Args:
        compute: a frozen part of the network, from pixels on.
        batches: of pixels and labels, and where there are any weights; a pass is a view.
        images: of one pass.
        views: passes.
        kept_as: the type of the features. float16 has room up to 65504, far beyond what comes out of a BatchNorm;
            larger values would be kept as that.
        reporter: what is told how far it is.
        what: is computed, for people.
        largest_in_memory: bytes of features; more lie in a file.

    Raises:
        EdgewrightError: there is no room on the disk.
    """
    count = views * images
    limits = np.finfo(np.dtype(kept_as))
    with _array((count, *compute.shape), kept_as, largest_in_memory) as features:
        labels = np.empty((count, *batches.element_spec[1].shape[1:]), np.float32)
        weights = np.ones(count, np.float32)
        filled = 0
        for done, (pixels, truth, *of_images) in enumerate(_passes(batches, views), 1):
            values = compute(pixels)
            place = slice(filled, filled + len(values))
            features[place], labels[place] = np.clip(values, limits.min, limits.max), truth
            if of_images:
                weights[place] = of_images[0]
            filled += len(values)
            if done % len(batches) == 0:
                forget(features)
            raise_if_interrupted()
            reporter.step(what, done, views * len(batches))
        yield Examples(features, labels, weights)


def passed_on(compute: Compiled, examples: Examples) -> Examples:
    """The examples with what the model makes of their features, in float32."""
    count, lower = len(examples.features), Mapped(examples.features)
    features = [
        compute(lower.at(np.arange(start, min(start + _BATCH, count))).astype(np.float32))
        for start in range(0, count, _BATCH)
    ]
    return Examples(np.concatenate(features), examples.labels, examples.weights)


def _passes(batches: Any, count: int) -> Iterator[tuple[Any, ...]]:
    for _ in range(count):
        yield from batches


@contextlib.contextmanager
def _array(shape: tuple[int, ...], kind: DTypeLike, largest_in_memory: int) -> Iterator[Floats]:
    size_bytes = math.prod(shape) * np.dtype(kind).itemsize
    if size_bytes <= largest_in_memory:
        yield np.empty(shape, kind)
        return
    with tempfile.TemporaryFile(prefix="edgewright-") as file:
        reserve(file.fileno(), size_bytes)
        values: NDArray[Any] = np.memmap(file, dtype=kind, mode="r+", shape=shape)
        yield values
