"""Antialiased bilinear resizing by cykooz-resizer: Pillow's sums, in the processor's vector instructions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..optional_imports import import_optional, version_of
from .geometry import Box, Size

LEAST_SHRINKING = 2
"""How many times as many rows and columns there must be as are wanted. cykooz-resizer's weights have 16 bits, Pillow's
22; where a value of the first pass is a tie, they round it otherwise, and so perhaps once more in the second pass. Of
fewer than twice as many pixels, one value in a hundred million differed by 2; of more, none in 940 million."""

_PACKAGE = "cykooz-resizer"


class FastResizer:
    """Shrinks RGB pixels; it keeps its memory, so that each thread needs its own."""

    def __init__(self) -> None:
        """Imports the library.

        Raises:
            MissingDependencyError: it is not installed.
        """
        self._library = import_optional("cykooz_resizer", package=_PACKAGE, extra="fast", purpose="The fast decoder")
        self._resizer = self._library.Resizer()
        bilinear = self._library.ResizeAlg.convolution(self._library.FilterType.bilinear)
        self._options = self._library.ResizeOptions(bilinear, use_alpha=False)

    @property
    def library(self) -> str:
        """Its name and version."""
        return f"{_PACKAGE} {version_of(_PACKAGE)}"

    def resized(self, pixels: NDArray[np.uint8], size: Size, box: Box, *, columns_first: bool) -> NDArray[np.uint8]:
        """A region of the pixels, shrunk.

        Args:
            pixels: RGB, shape (rows, columns, 3).
            size: columns and rows of what comes out.
            box: left, top, right and bottom of the region; may cut through pixels.
            columns_first: whether the number of columns is changed first, as Pillow does. Each of the two passes rounds
                to whole grey levels, so that the order matters.

        Returns:
            uint8 array of shape (size[1], size[0], 3) that cannot be written to.
        """
        rows, columns = pixels.shape[:2]
        left, top, right, bottom = box
        image = self._image(columns, rows, pixels.tobytes())
        if columns_first:
            image = self._pass(image, (size[0], rows), (left, 0.0, right, float(rows)))
            image = self._pass(image, size, (0.0, top, float(size[0]), bottom))
        else:
            image = self._pass(image, (columns, size[1]), (0.0, top, float(columns), bottom))
            image = self._pass(image, size, (left, 0.0, right, float(size[1])))
        return np.frombuffer(image.get_buffer(), np.uint8).reshape(size[1], size[0], 3)

    def _pass(self, image: Any, size: Size, box: Box) -> Any:
        left, top, right, bottom = box
        self._options.crop_box = self._library.CropBox(left, top, right - left, bottom - top)
        target = self._image(*size)
        self._resizer.resize(image, target, self._options)
        return target

    def _image(self, columns: int, rows: int, pixels: bytes | None = None) -> Any:
        return self._library.ImageData(columns, rows, self._library.PixelType.U8x3, pixels)


def is_shrunk_enough(box: Box, size: Size) -> bool:
    """Whether a region becomes so much smaller that its values are within one grey level of Pillow's."""
    left, top, right, bottom = box
    return right - left >= LEAST_SHRINKING * size[0] and bottom - top >= LEAST_SHRINKING * size[1]
