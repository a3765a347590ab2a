"""Where a partly frozen network can be cut in two, so that its lower part need not be computed again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

from .cost import multiply_adds
from .network import Network


@dataclass(frozen=True)
class Cut:
    """A network in two parts, which share its layers.

    Attributes:
        lower: pixels as the network takes them to activations; nothing in it is trained.
        upper: those activations to probabilities.
        features: those activations to the features that the head sees.
        layers: how many layers with weights the lower part has.
        frozen_share: of the whole network's multiply-adds, what the lower part takes.
    """

    lower: Any
    upper: Any
    features: Any
    layers: int
    frozen_share: float

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one image's activations."""
        return tuple(self.lower.output_shape[1:])


def cut_below_trained(network: Network) -> Cut | None:
    """The network cut as near below the first layer that is trained as it can be; None where nothing of it is frozen.

    It can be cut where one tensor is all that goes on from below: not beside a residual connection, but behind it. What
    lies below computes as it does when it is used, as it did for the head: with no dropout between its blocks, which
    EfficientNet has.
    """
    steps = network.model.operations  # layers, and plain sums and products between them
    trained = next(place for place, step in enumerate(steps) if _is_trained(step))
    top = steps.index(network.backbone_layers[-1])  # the head's dropout is for training
    places = [place for place in _narrow_places(steps) if place < trained and place <= top]
    if not places:
        return None
    below = steps[: places[-1] + 1]
    behind = below[-1].output
    lower = keras.Model(network.model.input, behind, name="lower")
    share = multiply_adds(lower) / multiply_adds(network.model)
    if not share:
        return None
    return Cut(
        lower=lower,
        upper=keras.Model(behind, network.model.output, name="upper"),
        features=keras.Model(behind, network.features.output, name="features_of_lower"),
        layers=sum(1 for step in below if getattr(step, "weights", None)),
        frozen_share=share,
    )


def _is_trained(step: Any) -> bool:
    # A BatchNorm without factors has nothing to train, but would go on with its moving averages.
    learns = isinstance(step, keras.layers.BatchNormalization) and step.trainable
    return bool(learns or getattr(step, "trainable_variables", None))


def _narrow_places(steps: Sequence[Any]) -> list[int]:
    """The places of the steps, given in the order of computation, whose output is all that later steps need."""
    made_by = {id(step.output): place for place, step in enumerate(steps)}
    last_use = [place for place, _ in enumerate(steps)]
    for place, step in enumerate(steps[1:], 1):
        for tensor in keras.tree.flatten(step.input):
            source = made_by[id(tensor)]
            last_use[source] = max(last_use[source], place)
    narrow, open_until = [], -1
    for place, used_until in enumerate(last_use):
        if open_until <= place:
            narrow.append(place)
        open_until = max(open_until, used_until)
    return narrow
