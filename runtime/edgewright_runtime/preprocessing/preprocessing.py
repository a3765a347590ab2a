"""The contract put to work: from an image file to the model's input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .contract import Contract
from .decode import decode
from .fit import fit
from .source import ImageSource


@dataclass(frozen=True)
class Preprocessing(Contract):
    """How a file becomes the model's input, and the function that makes it so; the fields are those of `Contract`."""

    def apply(self, image: ImageSource, *, name: str | None = None) -> NDArray[np.uint8]:
        """The image as the model's input.

        Args:
            image: a path, the bytes of a file, an open binary file (read from its start), a PIL image (its current
                frame; always decoded at full size), or a uint8 array of shape (h, w), (h, w, 1), (h, w, 3) RGB or
                (h, w, 4) RGBA. Pixels of an image or array are not changed.
            name: what errors call the image, where that is not its own path.

        Returns:
            uint8 array of shape (height, width, 3), values 0..255; (height, width, 1) if the contract says grayscale.

        Raises:
            ImageReadError: the image cannot be read, is too large, or is not of an accepted format.
        """
        return fit(decode(image, self, name=name), self)
