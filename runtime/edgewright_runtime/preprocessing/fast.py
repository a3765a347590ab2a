"""JPEG photos and RGB arrays as the model's input, sooner: by simplejpeg and cykooz-resizer, the extra `fast`.

The first gives the pixels that Pillow gives; the second rounds otherwise, by one grey level at most. Whatever else an
image is, and whatever is wrong with it, is Pillow's, so that nothing is read that the definition refuses.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import EdgewrightError
from ..optional_imports import import_optional, version_of
from .contract import Contract
from .decode import LAST_COMES_LEFT, LAST_COMES_TOP, SWAPS_SIDES, check_size, orientation_of
from .fast_resize import FastResizer, is_shrunk_enough
from .geometry import Box, Size, jpeg_scale, resized_size, used_region, within
from .preprocessing import Preprocessing
from .quiet import quiet
from .source import ImageSource, described, identified, opened

_JPEG = b"\xff\xd8\xff"
_LARGEST_KEPT_BYTES = 2**23
"""Pixels of a photo that is decoded to less than 2.8 megapixels."""


@dataclass(frozen=True)
class Work:
    """What must be done to an image whose pixels are stored in some orientation.

    Attributes:
        stored_size: its columns and rows in full size, as they are stored.
        scale: 1, 2, 4 or 8: how many times it is shrunk while it is decoded.
        orientation: EXIF tag 0x0112: how it must be turned at last.
        box: what of the decoded pixels is used.
        size: columns and rows that this becomes, before it is turned.
    """

    stored_size: Size
    scale: int
    orientation: int
    box: Box
    size: Size

    @property
    def decoded_shape(self) -> tuple[int, int, int]:
        """Rows, columns and channels once decoded; sides are rounded up."""
        width, height = self.stored_size
        return (-(-height // self.scale), -(-width // self.scale), 3)


class FastPixels:
    """From an image to the model's input. Not to be shared between threads: it keeps its memory."""

    name = "fast"

    def __init__(self, contract: Preprocessing) -> None:
        """Imports the libraries.

        Raises:
            MissingDependencyError: one of them is not installed.
            EdgewrightError: the contract asks for what they do otherwise than Pillow.
        """
        reason = why_not_fast(contract)
        if reason is not None:
            raise EdgewrightError(reason)
        self._contract = contract
        self._decode_jpeg = import_optional(
            "simplejpeg", package="simplejpeg", extra="fast", purpose="The fast decoder"
        ).decode_jpeg
        self._resizer = FastResizer()
        self._memory = np.empty(0, np.uint8)

    @property
    def library(self) -> str:
        """What decodes and resizes, with its versions."""
        return f"simplejpeg {version_of('simplejpeg')} and {self._resizer.library}"

    def apply(self, image: ImageSource, *, name: str | None = None) -> NDArray[np.uint8]:
        """The image as the model's input; see `Preprocessing.apply`, from which no value differs by more than 1.

        Raises:
            ImageReadError: as `Preprocessing.apply`.
        """
        if isinstance(image, Image.Image):
            return self._contract.apply(image, name=name)
        if isinstance(image, np.ndarray):
            fitted = self._of_array(image)
            return self._contract.apply(image, name=name) if fitted is None else fitted
        name = described(image) if name is None else name
        with opened(image) as stream:
            data = stream.read()
        fitted = self._of_jpeg(data, name) if data.startswith(_JPEG) else None
        return self._contract.apply(data, name=name) if fitted is None else fitted

    def _of_array(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
            return None
        work = _work((pixels.shape[1], pixels.shape[0]), 1, self._contract, may_scale=False)
        return self._fitted(pixels, work) if is_shrunk_enough(work.box, work.size) else None

    def _of_jpeg(self, data: bytes, name: str) -> NDArray[np.uint8] | None:
        """Of a JPEG without any flaw, RGB or grayscale; None of any other, about which Pillow has its say."""
        try:
            with quiet(), identified(io.BytesIO(data), name) as image:
                check_size(image, name)
                orientation = orientation_of(image) if self._contract.exif_orientation else 1
                work = _work(image.size, orientation, self._contract, may_scale=True)
                if image.mode not in {"RGB", "L"} or not is_shrunk_enough(work.box, work.size):
                    return None
            # It takes the smallest scale whose result is no smaller than this.
            width, height = (side // work.scale for side in work.stored_size)
            memory = self._memory_for(work)
            pixels = self._decode_jpeg(data, min_width=width, min_height=height, buffer=memory)
        except Exception:  # of a damaged file, parsers raise nearly anything
            return None
        return self._fitted(pixels, work) if pixels.shape == work.decoded_shape else None

    def _memory_for(self, work: Work) -> NDArray[np.uint8] | None:
        """Where pixels may be decoded to, the same for each image; None of a large one, which is not held on to."""
        needed = math.prod(work.decoded_shape)
        if needed > _LARGEST_KEPT_BYTES:
            return None
        if needed > self._memory.size:
            self._memory = np.empty(needed, np.uint8)
        return self._memory

    def _fitted(self, pixels: NDArray[np.uint8], work: Work) -> NDArray[np.uint8]:
        """The used region resized as it is stored, then turned upright, which is less work, and padded."""
        resized = self._resizer.resized(pixels, work.size, work.box)
        return _padded(_upright(resized, work.orientation), self._contract)


def why_not_fast(contract: Contract) -> str | None:
    """Why images must go through Pillow by this contract, as a sentence; None where they need not."""
    if contract.colour_mode != "RGB":
        return f"The fast decoder makes RGB pixels, and the contract asks for {contract.colour_mode}; leave it out"
    if contract.interpolation != "bilinear":
        return f"The fast decoder is bilinear, and the contract asks for {contract.interpolation}; leave it out"
    return None


def _work(stored_size: Size, orientation: int, contract: Contract, *, may_scale: bool) -> Work:
    is_swapped = orientation in SWAPS_SIDES
    upright_size = stored_size[::-1] if is_swapped else stored_size
    scale = jpeg_scale(upright_size, contract) if may_scale else 1
    size, region = resized_size(upright_size, contract), used_region(upright_size, contract)
    if is_swapped:
        # The region lies in the middle, so that flips leave it where it is.
        size, region = size[::-1], (region[1], region[0], region[3], region[2])
    extent = (0.0, 0.0, stored_size[0] / scale, stored_size[1] / scale)
    return Work(stored_size, scale, orientation, within(extent, region, stored_size), size)


def _upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Pixels turned by EXIF tag 0x0112 (CIPA DC-008, section 4.6.4)."""
    if orientation in SWAPS_SIDES:
        pixels = pixels.transpose(1, 0, 2)
    down = slice(None, None, -1 if orientation in LAST_COMES_TOP else 1)
    across = slice(None, None, -1 if orientation in LAST_COMES_LEFT else 1)
    return pixels[down, across]


def _padded(pixels: NDArray[np.uint8], contract: Contract) -> NDArray[np.uint8]:
    """A copy of the pixels, in the middle of the pad colour where they do not fill the input."""
    height, width = pixels.shape[:2]
    canvas = np.empty((contract.height, contract.width, 3), np.uint8)
    if (height, width) != (contract.height, contract.width):
        canvas[:] = contract.pad_colour
    top, left = (contract.height - height) // 2, (contract.width - width) // 2
    canvas[top : top + height, left : left + width] = pixels
    return canvas
