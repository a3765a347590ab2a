"""From JPEG photos and RGB arrays to the model's input; whatever else an image is, is left to Pillow."""

from __future__ import annotations

import io
import math
import os
import threading
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import EdgewrightError
from ...optional_imports import import_optional, version_of
from ..contract import Contract
from ..decode import LAST_COMES_LEFT, LAST_COMES_TOP, SWAPS_SIDES, check_size, orientation_of
from ..preprocessing import Preprocessing
from ..quiet import quiet
from ..source import ImageSource, described, identified, opened
from .resizer import FastResizer
from .work import Work, work_on

_JPEG = b"\xff\xd8\xff"
_LARGEST_KEPT_BYTES = 2**23
"""Pixels of a photo that is decoded to less than 2.8 megapixels."""
_LARGEST_FILE_BYTES = 2**26
"""What is read of a file at once; a larger one is Pillow's, which reads piece by piece."""


class _OfThread(threading.local):
    """What a thread works with: both hold memory that the next image is written into."""

    def __init__(self) -> None:
        self.resizer = FastResizer()
        self.memory = io.BytesIO()


class FastPixels:
    """From an image to the model's input. Threads may share it: each keeps memory of its own."""

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
        library = import_optional("simplejpeg", package="simplejpeg", extra="fast", purpose="The fast decoder")
        self._read_header, self._decode_jpeg = library.decode_jpeg_header, library.decode_jpeg
        self._own = _OfThread()

    @property
    def library(self) -> str:
        """What decodes and resizes, with its versions."""
        return f"simplejpeg {version_of('simplejpeg')} and {self._own.resizer.library}"

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
        if isinstance(image, (str, os.PathLike)):
            fitted = self._of_file(image, name)
            return self._contract.apply(image, name=name) if fitted is None else fitted
        with opened(image) as stream:
            fitted = self._of_jpeg(stream, name)
            if fitted is None:
                stream.seek(0)
                fitted = self._contract.apply(stream.read(), name=name)
        return fitted

    def _of_file(self, path: str | os.PathLike[str], name: str) -> NDArray[np.uint8] | None:
        with opened(path) as stream:
            if os.fstat(stream.fileno()).st_size > _LARGEST_FILE_BYTES:
                return None
            return self._of_jpeg(stream, name)

    def _of_array(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
            return None
        work = work_on((pixels.shape[1], pixels.shape[0]), 1, self._contract, may_scale=False)
        return self._fitted(pixels.tobytes(), work) if work.shrinks_enough else None

    def _of_jpeg(self, stream: IO[bytes], name: str) -> NDArray[np.uint8] | None:
        """Of a JPEG without any flaw, RGB or grayscale; None of any other, about which Pillow has its say."""
        if stream.read(len(_JPEG)) != _JPEG:
            return None
        stream.seek(0)
        data = stream.read()  # all of it: to ask for some bytes, however many, first makes room for as many
        try:
            work = self._work_for(data, name)
            if work is None:
                return None
            # It takes the smallest scale whose result is no smaller than this.
            width, height = (side // work.scale for side in work.stored_size)
            memory = self._memory_for(work)
            with memory.getbuffer() as room:
                shape = self._decode_jpeg(data, min_width=width, min_height=height, buffer=room).shape
        except Exception:  # of a damaged file, parsers raise nearly anything
            return None
        return self._fitted(memory.getvalue(), work) if shape == work.decoded_shape else None

    def _work_for(self, data: bytes, name: str) -> Work | None:
        """What must be done to a JPEG; None where it is Pillow's.

        Raises:
            Exception: whatever Pillow or simplejpeg make of its header.
        """
        height, width, *_ = self._read_header(data)
        if not any(work_on((width, height), turn, self._contract, may_scale=True).shrinks_enough for turn in (1, 6)):
            return None  # before Pillow's look at the header, which it will need for itself
        with quiet(), identified(io.BytesIO(data), name) as image:
            check_size(image, name)
            orientation = orientation_of(image) if self._contract.exif_orientation else 1
            work = work_on(image.size, orientation, self._contract, may_scale=True)
            return work if image.mode in {"RGB", "L"} and work.shrinks_enough else None

    def _memory_for(self, work: Work) -> io.BytesIO:
        """Where pixels are decoded to, the same for each image of a size; that of a large one is not held on to.

        What is written into such a stream's memory comes out of it as bytes, which the resizer wants, without a copy.
        """
        needed = math.prod(work.decoded_shape)
        if needed == self._own.memory.getbuffer().nbytes:
            return self._own.memory
        memory = io.BytesIO(bytes(needed))
        if needed <= _LARGEST_KEPT_BYTES:
            self._own.memory = memory
        return memory

    def _fitted(self, stored: bytes, work: Work) -> NDArray[np.uint8]:
        """The used region resized as it is stored, then turned upright, which is less work, and padded."""
        rows, columns, _ = work.decoded_shape
        resized = self._own.resizer.resized(stored, (columns, rows), work.size, work.box)
        return _padded(_upright(resized, work.orientation), self._contract)


def why_not_fast(contract: Contract) -> str | None:
    """Why images must go through Pillow by this contract, as a sentence; None where they need not."""
    if contract.colour_mode != "RGB":
        return f"The fast decoder makes RGB pixels, and the contract asks for {contract.colour_mode}; leave it out"
    if contract.interpolation != "bilinear":
        return f"The fast decoder is bilinear, and the contract asks for {contract.interpolation}; leave it out"
    return None


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
