"""The classifier as one flat Keras graph: pixels 0 to 255 in, probabilities out."""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from typing import Any

import keras

from edgewright_runtime.preprocessing import Normalisation, Preprocessing

from .backbones import Backbone
from .head import classifier_head, pooling
from .head_choices import Head
from .weights import StartingWeights, load_into

# Keras builds mobile networks with 0.999 and more, which is for ImageNet's million steps: after the few hundred of a
# small set the moving averages have not arrived, and the validation accuracy stays at chance.
_MOMENTUM_FROM_SCRATCH = 0.9

_NOT_OF_THE_BACKBONE = (keras.layers.InputLayer, keras.layers.Rescaling, keras.layers.Normalization)
"""Layers of the model that `build` makes; no backbone has such within."""


@dataclass(frozen=True)
class Network:
    """The classifier and the parts of it that are trained apart; they share their layers.

    Attributes:
        model: float32 pixels of shape (None, height, width, 3), values 0 to 255, to float32 probabilities of shape
            (None, classes).
        features: the same pixels to the pooled features that the head sees, shape (None, channels).
        backbone_layers: of the backbone, from the input on, without what normalises the pixels.
        head: the layers from the features to the probabilities, in order.
        blocks: the backbone's layers that have weights, in the blocks that it is built of, the topmost first: what
            rates that fall from block to block are told by.
    """

    model: Any
    features: Any
    backbone_layers: tuple[Any, ...]
    head: tuple[Any, ...]
    blocks: tuple[tuple[Any, ...], ...]

    @property
    def classes(self) -> int:
        """How many."""
        return int(self.model.output_shape[-1])


def build_network(
    backbone: Backbone,
    weights: StartingWeights,
    *,
    contract: Preprocessing,
    classes: int,
    head: Head,
    activation: str = "auto",
) -> Network:
    """The classifier with the starting weights in its backbone and random ones in its head.

    The backbone's layers lie in the graph themselves and not in a nested model, so that a converter reaches each.

    Args:
        backbone: a row of the table.
        weights: what it starts from.
        contract: whose normalisation is the row's, and goes into the graph.
        classes: how many.
        head: what stands behind the backbone.
        activation: of a backbone that can have several, or `auto`.

    Raises:
        EdgewrightError: the weights do not fit.
    """
    pixels = keras.Input((contract.height, contract.width, contract.channels), name="pixels")
    base = backbone_model(
        backbone, pixels, alpha=weights.alpha, activation=activation, normalisation=contract.normalisation
    )
    load_into(base, weights)
    if weights.path is not None and backbone.after_loading:
        _function(backbone.after_loading)(base)
    layers = tuple(layer for layer in base.layers if not isinstance(layer, _NOT_OF_THE_BACKBONE))
    pooled = pooling(head)(base.outputs[0])
    of_head = classifier_head(head, classes)
    probabilities = pooled
    for layer in of_head:
        probabilities = layer(probabilities)
    return Network(
        model=keras.Model(pixels, probabilities, name="classifier"),
        features=keras.Model(pixels, pooled, name="features"),
        backbone_layers=layers,
        head=of_head,
        blocks=blocks_of(layers, backbone.block),
    )


def backbone_model(
    row: Backbone, pixels: Any, *, alpha: float, activation: str = "auto", normalisation: Normalisation | None = None
) -> Any:
    """The backbone of random weights as a Keras model, from pixels 0 to 255, a Keras input, to its feature maps.

    Without a normalisation, the row's own.
    """
    build = _function(row.builder)
    return build(pixels, row=row, normalisation=normalisation or row.normalisation, alpha=alpha, activation=activation)


def backbone_features_model(row: Backbone, weights: StartingWeights, *, side: int) -> Any:
    """A Keras model from pixels 0 to 255, shape (None, side, side, 3), to the backbone's features, averaged.

    Raises:
        EdgewrightError: the weights do not fit.
    """
    pixels = keras.Input((side, side, 3), name="pixels")
    base = backbone_model(row, pixels, alpha=weights.alpha)
    load_into(base, weights)
    if weights.path is not None and row.after_loading:
        _function(row.after_loading)(base)
    return keras.Model(pixels, keras.layers.GlobalAveragePooling2D()(base.outputs[0]), name="features")


def blocks_of(layers: tuple[Any, ...], pattern: str) -> tuple[tuple[Any, ...], ...]:
    """The layers that have weights, grouped by block, the topmost block first.

    Args:
        layers: from the input on.
        pattern: regular expression that finds the block in a layer's name (group 1). What comes before the first block
            is one more, and so is what comes behind the last.
    """
    names = [(layer, re.search(pattern, layer.name)) for layer in layers if layer.weights]
    last = max((place for place, (_, found) in enumerate(names) if found), default=-1)
    blocks: dict[str, list[Any]] = {}
    for place, (layer, found) in enumerate(names):
        # A layer without a block's name in the midst of blocks goes with the one before it.
        key = found[1] if found else "behind" if place > last else next(reversed(blocks), "before")
        blocks.setdefault(key, []).append(layer)
    return tuple(tuple(block) for block in reversed(blocks.values()))


def freeze_for_fine_tuning(network: Network, unfreeze_layers: int | str, *, batch_norm: bool = False) -> None:
    """Leaves the head and the topmost `unfreeze_layers` of the backbone trainable, but no BatchNorm if it is not said.

    A frozen BatchNorm computes with its moving averages in training too: a batch of 32 tells less about the activations
    than the data that the weights come from. That is no longer so where weights are pruned, which changes what the
    averages are of: with them frozen, a network that was pruned to 90 % ended at chance.
    """
    layers = network.backbone_layers
    first = 0 if unfreeze_layers == "all" else max(0, len(layers) - int(unfreeze_layers))
    for place, layer in enumerate(layers):
        layer.trainable = place >= first and (batch_norm or not _is_batch_norm(layer))
        if layer.trainable and _is_batch_norm(layer):
            layer.momentum = _MOMENTUM_FROM_SCRATCH


def prepare_for_scratch(network: Network) -> None:
    """Makes everything trainable, with moving averages that keep up with a short training."""
    for layer in network.backbone_layers:
        layer.trainable = True
        if _is_batch_norm(layer):
            layer.momentum = _MOMENTUM_FROM_SCRATCH


def _is_batch_norm(layer: Any) -> bool:
    return isinstance(layer, keras.layers.BatchNormalization)


def _function(dotted: str) -> Any:
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)
