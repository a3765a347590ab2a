"""Features of a pretrained backbone: what it makes of an image, averaged over the image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from ...network import backbone_named, starting_weights
from ...network.network import backbone_features_model

_BATCH = 32


class BackboneFeatures:
    """A backbone of the table with the weights of a file."""

    def __init__(self, weights: str, *, backbone: str, side: int) -> None:
        row = backbone_named(backbone)
        found = starting_weights(weights, backbone=row, alpha="auto", size=side)
        self.side = side
        self.weights: str | None = str(found.path)
        self.said = f"features of {row.name} (alpha {found.alpha}) with the weights {Path(str(found.path)).name}"
        self._model: Any = backbone_features_model(row, found, side=side)

    def learn(self, pixels: NDArray[np.uint8]) -> None:
        """Does nothing: the backbone has learned already."""

    def of(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The features, shape (n, channels), of images of shape (n, side, side, 3)."""
        parts = [pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH)]
        answers = [self._model(part.astype(np.float32), training=False) for part in parts]
        return np.concatenate([keras.ops.convert_to_numpy(answer) for answer in answers])
