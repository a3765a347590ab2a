"""What a trained model says of the images of a split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Predictions:
    """The model's answers on a split, in the order of its images.

    Attributes:
        probabilities: float32 of shape (n, classes).
        classes: true class index of each image.
    """

    probabilities: NDArray[np.float32]
    classes: NDArray[np.int64]

    @property
    def predicted(self) -> NDArray[np.int64]:
        """The most probable class of each image."""
        chosen: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return chosen

    @property
    def confidence(self) -> NDArray[np.float32]:
        """Its probability."""
        highest: NDArray[np.float32] = self.probabilities.max(axis=1)
        return highest

    def confident_mistakes(self, at_most: int) -> NDArray[np.int64]:
        """Places of the images that are given a wrong class, the surest first."""
        wrong = np.flatnonzero(self.predicted != self.classes)
        return wrong[np.argsort(-self.confidence[wrong], kind="stable")][:at_most]

    def sure_and_right(self, at_most: int) -> NDArray[np.int64]:
        """Places of images that are given the right class: of each class in turn the surest."""
        right = np.flatnonzero(self.predicted == self.classes)
        ordered = right[np.argsort(-self.confidence[right], kind="stable")]
        turn = [
            int((self.classes[ordered[:place]] == self.classes[image]).sum()) for place, image in enumerate(ordered)
        ]
        return ordered[np.argsort(turn, kind="stable")][:at_most]


@dataclass(frozen=True)
class Photos:
    """The images of a split as the model sees them.

    Attributes:
        values: uint8 of shape (images of the data set, height, width, 3), perhaps on the disk.
        places: where in it the images of the split are.
        paths: of the split's images.
    """

    values: NDArray[np.uint8]
    places: NDArray[np.int64]
    paths: Sequence[str]

    def at(self, place: int) -> NDArray[np.uint8]:
        """The pixels of one image of the split, uint8 of shape (height, width, 3)."""
        pixels: NDArray[np.uint8] = np.asarray(self.values[self.places[place]])
        return pixels

    def batch(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """The pixels of some, float32 from 0 to 255, as a batch."""
        return np.stack([self.at(place) for place in places]).astype(np.float32)
