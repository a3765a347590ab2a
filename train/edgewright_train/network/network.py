"""The classifier as one flat Keras graph: pixels 0 to 255 in, probabilities out."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import keras

from edgewright_runtime.preprocessing import Preprocessing

from .backbones import Backbone
from .head import classifier_head, pooling
from .head_choices import Head
from .weights import StartingWeights, load_into

# Keras builds MobileNetV2 with 0.999, which is for ImageNet's million steps: after the few hundred of a small set the
# moving averages have not arrived, and the validation accuracy stays at chance.
_MOMENTUM_FROM_SCRATCH = 0.9


@dataclass(frozen=True)
class Network:
    """The classifier and the parts of it that are trained apart; they share their layers.

    Attributes:
        model: float32 pixels of shape (None, height, width, 3), values 0 to 255, to float32 probabilities of shape
            (None, classes).
        features: the same pixels to the pooled features that the head sees, shape (None, channels).
        backbone_layers: of the backbone, from the input on.
        head: the layers from the features to the probabilities, in order.
    """

    model: Any
    features: Any
    backbone_layers: tuple[Any, ...]
    head: tuple[Any, ...]

    @property
    def classes(self) -> int:
        """How many."""
        return int(self.model.output_shape[-1])


def build_network(
    backbone: Backbone, weights: StartingWeights, *, contract: Preprocessing, classes: int, head: Head
) -> Network:
    """The classifier with the starting weights in its backbone and random ones in its head.

    The backbone's layers lie in the graph themselves and not in a nested model, so that a converter reaches each.

    Raises:
        EdgewrightError: the weights do not fit.
    """
    pixels = keras.Input((contract.height, contract.width, contract.channels), name="pixels")
    normalisation = contract.normalisation
    scaled = keras.layers.Rescaling(normalisation.scale[0], normalisation.offset[0], name="normalisation")(pixels)
    base = importlib.import_module(backbone.module).build(scaled, alpha=weights.alpha)
    load_into(base, weights)
    pooled = pooling(head)(base.outputs[0])
    layers = classifier_head(head, classes)
    features = keras.Model(pixels, pooled, name="features")
    probabilities = pooled
    for layer in layers:
        probabilities = layer(probabilities)
    return Network(
        model=keras.Model(pixels, probabilities, name="classifier"),
        features=features,
        backbone_layers=tuple(base.layers[2:]),
        head=layers,
    )


def freeze_for_fine_tuning(network: Network, unfreeze_layers: int | str) -> None:
    """Leaves the head and the topmost `unfreeze_layers` of the backbone trainable, but no BatchNorm.

    A frozen BatchNorm computes with its moving averages in training too: a batch of 32 tells less about the activations
    than the data that the weights come from.
    """
    layers = network.backbone_layers
    first = 0 if unfreeze_layers == "all" else max(0, len(layers) - int(unfreeze_layers))
    for place, layer in enumerate(layers):
        layer.trainable = place >= first and not _is_batch_norm(layer)


def prepare_for_scratch(network: Network) -> None:
    """Makes everything trainable, with moving averages that keep up with a short training."""
    for layer in network.backbone_layers:
        layer.trainable = True
        if _is_batch_norm(layer):
            layer.momentum = _MOMENTUM_FROM_SCRATCH


def _is_batch_norm(layer: Any) -> bool:
    return isinstance(layer, keras.layers.BatchNormalization)
