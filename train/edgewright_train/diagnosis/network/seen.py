"""A network that is to be trained, and a sample of the images that it is to be trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data.pixels import Pixels
from ...network.network import Network
from ...recipes import Recipe
from .pictures import small_pictures
from .probe import Probe, fitted_probe

MOST = 600
"""Images of the training split that are looked at."""

_BATCH = 32


@dataclass(frozen=True, eq=False)
class NetworkSeen:
    """What the checks of a network look at; whoever trains it puts its weights back.

    Attributes:
        network: with its starting weights.
        recipe: how it is to be trained.
        from_scratch: whether its backbone has no weights.
        pixels: decoded images.
        names: of the classes.
        paths: of the images, in the order of the pixels.
    """

    network: Network
    recipe: Recipe
    from_scratch: bool
    pixels: Pixels
    names: Sequence[str]
    paths: Sequence[str]

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Of a sample of the training split."""
        places = self.pixels.places["train"]
        return np.random.default_rng(0).permutation(places)[:MOST]

    @cached_property
    def images(self) -> NDArray[np.float32]:
        """Of the sample, values 0 to 255."""
        return np.asarray(self.pixels.values[self.places], np.float32)

    @cached_property
    def classes(self) -> NDArray[np.int64]:
        """Of the sample."""
        return self.pixels.classes[self.places]

    @cached_property
    def labels(self) -> NDArray[np.float32]:
        """Of the sample, one-hot."""
        return np.eye(len(self.names), dtype=np.float32)[self.classes]

    @cached_property
    def features(self) -> NDArray[np.float32]:
        """That the head sees of the sample."""
        return self.features_of(self.images)

    @cached_property
    def probe(self) -> Probe:
        """On these features; on small pictures themselves where the backbone knows nothing yet."""
        return fitted_probe(self.probed(self.images, self.features), self.classes, count=len(self.names))

    def probed(self, images: NDArray[np.float32], features: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """What the probe is given for images."""
        if self.from_scratch:
            return small_pictures(images)
        return self.features_of(images) if features is None else features

    @property
    def judge(self) -> str:
        """What the probe is called."""
        return "a probe on small pictures" if self.from_scratch else f"a probe on {self.recipe.backbone}'s features"

    def features_of(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of other images."""
        return predicted(self.network.features, images)


def predicted(model: Any, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a Keras model gives for the images, as float32, batch by batch."""
    parts = []
    for start in range(0, len(images), _BATCH):
        batch = images[start : start + _BATCH]
        # Filled up, for every other size of batch would have Keras build its graph again.
        filled = np.concatenate([batch, np.repeat(batch[-1:], _BATCH - len(batch), axis=0)])
        parts.append(np.asarray(model.predict_on_batch(filled), np.float32)[: len(batch)])
    return np.concatenate(parts)
