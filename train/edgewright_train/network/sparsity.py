"""How many of a network's weights are zero, by the kind of layer, and what that saves once they are compressed."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

_IMAGE_CHANNELS = 3


@dataclass(frozen=True)
class Kind:
    """The kernels of one kind of layer.

    Attributes:
        name: of the kind, for people.
        weights: how many there are.
        zeros: how many of them are zero.
    """

    name: str
    weights: int
    zeros: int


@dataclass(frozen=True)
class Sparsity:
    """What pruning has left of a network.

    Attributes:
        kinds: one for each kind of layer that the network has.
        gzip_bytes: of all weights in float32, after gzip.
        dense_gzip_bytes: of the same if no kernel had zeros: random values of the same spread in their place.
    """

    kinds: tuple[Kind, ...]
    gzip_bytes: int
    dense_gzip_bytes: int


def sparsity_of(model: Any) -> Sparsity:
    """The sparsity of a Keras model, and its weights' size after gzip against that of dense ones."""
    found: dict[str, list[NDArray[np.float32]]] = {}
    for kind, layer in _kernels(model):
        found.setdefault(kind, []).append(np.asarray(layer.kernel))
    kinds = tuple(
        Kind(name, sum(each.size for each in kernels), sum(int((each == 0).sum()) for each in kernels))
        for name, kernels in found.items()
    )
    weights = [np.asarray(each, np.float32) for each in model.get_weights()]
    generator = np.random.default_rng(0)
    return Sparsity(kinds, _compressed(weights), _compressed([_filled(each, generator) for each in weights]))


def prunable(model: Any) -> tuple[Any, ...]:
    """The layers whose kernels can be pruned: trainable convolutions but depthwise ones and the first, and dense ones.

    As in Zhu and Gupta's MobileNets: the first convolution and depthwise ones have one weight in a hundred, and their
    loss costs most.
    """
    left = {"first convolution", "depthwise convolutions"}
    return tuple(layer for kind, layer in _kernels(model) if layer.trainable and kind not in left)


def _kernels(model: Any) -> Iterator[tuple[str, Any]]:
    for layer in model.layers:
        kind = _kind(layer)
        if kind:
            yield kind, layer


def _kind(layer: Any) -> str:
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        return "depthwise convolutions"
    if isinstance(layer, keras.layers.Conv2D):
        if layer.kernel.shape[2] <= _IMAGE_CHANNELS:
            return "first convolution"
        return "pointwise convolutions" if tuple(layer.kernel_size) == (1, 1) else "other convolutions"
    return "dense layers" if isinstance(layer, keras.layers.Dense) else ""


def _filled(values: NDArray[np.float32], generator: np.random.Generator) -> NDArray[np.float32]:
    """A kernel without zeros; vectors, such as a bias of zeros, stay as they are."""
    zero = values == 0
    if values.ndim < 2 or not zero.any() or zero.all():
        return values
    filled = values.copy()
    filled[zero] = generator.normal(0.0, values[~zero].std() or 1.0, int(zero.sum()))
    return filled


def _compressed(weights: list[NDArray[np.float32]]) -> int:
    return len(gzip.compress(b"".join(each.tobytes() for each in weights), mtime=0))
