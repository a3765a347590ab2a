"""Whether pixels reach the backbone as its weights expect them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.preprocessing import Normalisation

from ..finding import ERROR, Finding
from .seen import NetworkSeen

_IMAGES = 64
_APART = 0.2
"""Divergence that must be exceeded; with the right pixels it is 0.01 for photographs and 0.1 for drawings."""

_TIMES = 3.0
"""How much better another normalisation must be."""

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

CANDIDATES: Mapping[str, Normalisation] = {
    "raw pixels, 0 to 255": Normalisation((1.0,) * 3, (0.0,) * 3),
    "0 to 1": Normalisation((1 / 255,) * 3, (0.0,) * 3),
    "-1 to 1": Normalisation(),
    "ImageNet's mean and deviation": Normalisation(
        tuple(1 / (255 * each) for each in _DEVIATION),
        tuple(-mean / each for mean, each in zip(_MEAN, _DEVIATION, strict=True)),
    ),
    "ImageNet's mean taken away": Normalisation((1.0,) * 3, (-123.68, -116.779, -103.939)),
}
"""What published weights are trained with."""


def normalisation(seen: NetworkSeen) -> Iterator[Finding]:
    """Pixels in another range than the backbone's weights were trained with."""
    if not seen.from_scratch:
        yield from normalisation_of(seen.network.model, seen.images[:_IMAGES])


def normalisation_of(model: Any, images: NDArray[np.float32]) -> Iterator[Finding]:
    """The same for any Keras classifier of flat layers that takes pixels from 0 to 255.

    The first BatchNorm remembers mean and variance of what it was given in training. Only pixels in the range of then
    give the same again, and every candidate can be tried by one convolution.
    """
    parts = _up_to_first_norm(model)
    if parts is None:
        return
    scaled, stem, norm = parts
    given = divergence(stem(scaled(images)), norm)
    others = {
        name: divergence(stem(images * np.array(each.scale, np.float32) + np.array(each.offset, np.float32)), norm)
        for name, each in CANDIDATES.items()
    }
    name, best = min(others.items(), key=lambda item: item[1])
    if given <= _APART or given <= _TIMES * best:
        return
    values = scaled(images)
    yield Finding(
        "normalisation",
        ERROR,
        f"The backbone's weights expect pixels as {name}, and get them from {values.min():.3g} to {values.max():.3g}.",
        f"What its first BatchNorm gets differs from what it was trained on by {given:.2f} (Kullback-Leibler "
        f"divergence, middle channel); with {name} it would be {best:.2f}.",
        "Take weights that were trained with this backbone's normalisation (edgewright train --list-backbones shows "
        "each), or divide nothing before the network; an imported model is told by --normalisation.",
    )


def divergence(values: NDArray[np.float32], norm: Any) -> float:
    """Of the middle channel, from what a BatchNorm remembers to what it is given, both taken to be normal."""
    flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
    mean, variance = flat.mean(axis=0), flat.var(axis=0) + 1e-9
    expected, usual = np.asarray(norm.moving_mean, np.float64), np.asarray(norm.moving_variance, np.float64) + 1e-9
    return float(np.median(0.5 * ((variance + (mean - expected) ** 2) / usual - 1 - np.log(variance / usual))))


def _up_to_first_norm(model: Any) -> tuple[Any, Any, Any] | None:
    """Two functions, to the scaled pixels and from there to what the first BatchNorm is given, and that BatchNorm."""
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    place = next((at for at, layer in enumerate(layers) if isinstance(layer, keras.layers.BatchNormalization)), None)
    convolution = next((at for at, layer in enumerate(layers) if isinstance(layer, keras.layers.Conv2D)), None)
    if place is None or convolution is None or convolution > place:
        return None
    before, between = layers[:convolution], layers[convolution:place]
    padding = [layer for layer in before if isinstance(layer, keras.layers.ZeroPadding2D)]
    scaling = [layer for layer in before if layer not in padding]

    def run(chain: list[Any], values: Any) -> NDArray[np.float32]:
        for layer in chain:
            values = layer(values)
        return np.asarray(values, np.float32)

    return (lambda images: run(scaling, images)), (lambda images: run(padding + between, images)), layers[place]
