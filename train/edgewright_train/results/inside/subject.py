"""What is looked at: a network, the photographs of the test split, and what it says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..names import readable
from ..predictions import Photos, Predictions
from .network_parts import Parts


@dataclass(frozen=True)
class Subject:
    """What every look is given.

    Attributes:
        parts: the classifier.
        features: of the test images before the head, float32 of shape (n, channels).
        predictions: on the test images.
        photos: the test images.
        names: of the classes.
    """

    parts: Parts
    features: NDArray[np.float32]
    predictions: Predictions
    photos: Photos
    names: Sequence[str]

    def caption(self, place: int) -> str:
        """What a test image is, what it is taken for and how surely."""
        true, said = self.predictions.classes[place], self.predictions.predicted[place]
        sure = f"{self.predictions.confidence[place]:.0%}"
        if true == said:
            return f"{self.name(true)}, {sure}"
        return f"{self.name(true)}, taken for {self.name(said)}, {sure}"

    def name(self, index: int) -> str:
        """Of a class, for people to read."""
        return readable(self.names[index])
