"""Whether a phase computes the frozen lower layers once, for some views of each image, or in every step."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...data.balance import epoch_length
from ...data.pixels import Pixels
from ...network.cut import Cut, cut_below_trained
from ...network.network import Network
from ...recipes import FineTunePhase

_LEAST_SAVED = 0.1
"""Of a phase's arithmetic; what saves less is not worth the views that are not seen."""

_BACKWARD = 2.0
"""Times the forward pass: the gradients of a layer's inputs and of its weights take as many multiply-adds each."""

_MOST_BYTES = 2**34
"""16 GiB on the disk: with 16 channels of 28 x 28, 170,000 images with four views each."""

_FLOAT16_BYTES = 2


@dataclass(frozen=True)
class FrozenLayers:
    """What is done about the frozen lower layers.

    Attributes:
        cut: the network in two, where the lower part is computed once; None where all is computed in every step.
        told: the same, for people; empty where there was nothing to decide.
    """

    cut: Cut | None = None
    told: str = ""


def frozen_layers(network: Network, pixels: Pixels, phase: FineTunePhase, *, balance: str) -> FrozenLayers:
    """What is done, by a rule that the same network, recipe and images decide the same way on any machine.

    The lower layers are computed once if that saves a tenth of the phase's multiply-adds, and what they give takes no
    more than 16 GiB.

    Args:
        network: with the layers frozen that are to be.
        pixels: decoded images.
        phase: with the number of views.
        balance: as in the recipe.
    """
    if not phase.epochs or not isinstance(phase.views, int):
        return FrozenLayers()
    cut = cut_below_trained(network)
    if cut is None:
        return FrozenLayers(
            None, "Every step computes all layers: nothing below those that are trained can be kept apart."
        )
    train, validation = images_of_epoch(pixels, balance), len(pixels.places["val"])
    saved = saved_share(cut.frozen_share, phase.epochs, phase.views, validation / train)
    size_bytes = (phase.views * train + validation) * math.prod(cut.shape) * _FLOAT16_BYTES
    lower = f"the {cut.layers} lower layers ({cut.frozen_share:.0%} of the multiply-adds)"
    if saved < _LEAST_SAVED:
        return FrozenLayers(None, f"Every step computes all layers: to compute {lower} once would save {saved:.0%}.")
    if size_bytes > _MOST_BYTES:
        return FrozenLayers(None, f"Every step computes all layers: what {lower} give takes {_size(size_bytes)}.")
    return FrozenLayers(
        cut, f"Computing {lower} once for {phase.views} view(s) of each image, {_size(size_bytes)}: saves {saved:.0%}."
    )


def images_of_epoch(pixels: Pixels, balance: str) -> int:
    """How many images of the training split an epoch shows."""
    return epoch_length(pixels.classes[pixels.places["train"]], balance=balance)


def saved_share(frozen_share: float, epochs: int, views: int, validation: float) -> float:
    """Of a phase's multiply-adds, those that are saved by computing the frozen layers once; below 0 if it takes more.

    Args:
        frozen_share: of the network's multiply-adds, those of the frozen layers.
        epochs: of the phase.
        views: for which the frozen layers are computed.
        validation: images in the validation split for each that is trained on.
    """
    whole = epochs * (1 + _BACKWARD * (1 - frozen_share) + validation)
    return frozen_share * (epochs - views + validation * (epochs - 1)) / whole


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 2**30:.1f} GiB" if size_bytes >= 2**30 else f"{math.ceil(size_bytes / 2**20)} MiB"
