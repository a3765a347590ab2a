"""Antialiased bilinear resizing by cykooz-resizer: Pillow's sums, in the processor's vector instructions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...optional_imports import import_optional, version_of
from ..geometry import Box, Size

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

    def resized(self, stored: bytes, stored_size: Size, size: Size, box: Box) -> NDArray[np.uint8]:
        """A region of the pixels, shrunk.

        Args:
            stored: RGB pixels, row by row.
            stored_size: columns and rows of these.
            size: columns and rows of what comes out.
            box: left, top, right and bottom of the region; may cut through pixels.

        Returns:
            uint8 array of shape (size[1], size[0], 3) that cannot be written to.
        """
        kind = self._library.PixelType.U8x3
        source = self._library.ImageData(*stored_size, kind, stored)
        target = self._library.ImageData(*size, kind)
        left, top, right, bottom = box
        self._options.crop_box = self._library.CropBox(left, top, right - left, bottom - top)
        self._resizer.resize(source, target, self._options)
        return np.frombuffer(target.get_buffer(), np.uint8).reshape(size[1], size[0], 3)
