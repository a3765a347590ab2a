"""From a file, bytes or array to an upright 8-bit image."""

from __future__ import annotations

import io
import math
import os
import warnings
from typing import IO, TYPE_CHECKING, Union

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from ..errors import ImageReadError
from .fit import resized_size, used_region

if TYPE_CHECKING:
    from .contract import Preprocessing

ImageSource = Union[str, "os.PathLike[str]", bytes, IO[bytes], Image.Image, NDArray[np.uint8]]

ACCEPTED_FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
"""Pillow's names of what may be opened. Named one by one: every further decoder is further attack surface."""

ACCEPTED_SUFFIXES = frozenset(".jpg .jpeg .jpe .jfif .mpo .png .webp .bmp .gif .tif .tiff .ppm .pgm".split())
"""File name endings that a folder is searched for."""

# EXIF tag 0x0112 (CIPA DC-008, section 4.6.4): how the stored rows and columns must be turned to stand upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SWAPS_SIDES = frozenset({5, 6, 7, 8})

_DECODE_FAILURES = (
    OSError,  # truncated or broken data
    SyntaxError,  # Pillow's broken PNG chunk
    ValueError,
    EOFError,
    MemoryError,
    ArithmeticError,
    LookupError,
    TypeError,  # nonsensical tags in TIFF files
    AttributeError,
)


def decode(source: ImageSource, contract: Preprocessing) -> Image.Image:
    """The upright image in mode RGB, or L if the contract says grayscale; a JPEG perhaps at 1/2, 1/4 or 1/8 size.

    Raises:
        ImageReadError: naming the file where there is a name.
    """
    if isinstance(source, np.ndarray):
        return _coloured(_image_from_array(source), contract)
    if isinstance(source, Image.Image):
        return _decoded(source, contract, name="the image")
    name, stream = _opened(source)
    with stream:
        return _decoded(_identified(stream, name), contract, name=name, may_scale=True)


def _image_from_array(array: NDArray[np.uint8]) -> Image.Image:
    if array.dtype != np.uint8:
        raise ImageReadError(f"The array has dtype {array.dtype}; give uint8 pixel values from 0 to 255")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in {3, 4})) or 0 in array.shape:
        raise ImageReadError(
            f"The array has shape {array.shape}; give (height, width), (height, width, 1), (height, width, 3) or "
            f"(height, width, 4)"
        )
    return Image.fromarray(np.ascontiguousarray(array))


def _opened(source: str | os.PathLike[str] | bytes | IO[bytes]) -> tuple[str, IO[bytes]]:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return "the image data", io.BytesIO(source)
    if hasattr(source, "read"):
        # The caller's file stays open and is the caller's to close.
        return str(getattr(source, "name", "the image file")), io.BytesIO(source.read())
    path = os.fspath(source)
    try:
        return str(path), open(path, "rb")  # noqa: PTH123 -- a plain open; `decode` closes it
    except OSError as error:
        raise ImageReadError(f"Cannot read {path}: {error.strerror or error}") from error


def _identified(stream: IO[bytes], name: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit is kept in _check_size
            return Image.open(stream, formats=ACCEPTED_FORMATS)
    except UnidentifiedImageError as error:
        raise ImageReadError(f"{name} is not an image of a known format ({', '.join(ACCEPTED_FORMATS)})") from error
    except Image.DecompressionBombError as error:
        raise ImageReadError(f"{name} is too large: {error}") from error
    except _DECODE_FAILURES as error:
        raise ImageReadError(f"Cannot read {name}: {error}") from error


def _decoded(image: Image.Image, contract: Preprocessing, *, name: str, may_scale: bool = False) -> Image.Image:
    _check_size(image, name)
    orientation = _orientation(image) if contract.exif_orientation else 1
    try:
        if may_scale and contract.jpeg_scaled_decode and image.format in {"JPEG", "MPO"}:
            _request_scale(image, contract, swapped=orientation in _SWAPS_SIDES)
        image.load()
        upright = image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image
        return _coloured(upright, contract)
    except ImageReadError as error:
        raise ImageReadError(f"Cannot read {name}: {error}") from error
    except _DECODE_FAILURES as error:
        raise ImageReadError(f"Cannot read {name}: {error}") from error


def _check_size(image: Image.Image, name: str) -> None:
    limit = Image.MAX_IMAGE_PIXELS
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageReadError(f"{name} has no pixels ({width} x {height})")
    if limit is not None and width * height > limit:
        raise ImageReadError(
            f"{name} is too large: {width} x {height} pixels, the limit is {limit} (PIL.Image.MAX_IMAGE_PIXELS)"
        )


def _orientation(image: Image.Image) -> int:
    # A broken EXIF block is common in the wild and says nothing: viewers show such a file as it is stored.
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _DECODE_FAILURES:
        return 1
    return value if isinstance(value, int) else 1


def _request_scale(image: Image.Image, contract: Preprocessing, *, swapped: bool) -> None:
    """Asks libjpeg for the smallest of 1/1, 1/2, 1/4, 1/8 that keeps the used region large enough."""
    size = image.size[::-1] if swapped else image.size
    left, top, right, bottom = used_region(size, contract)
    target_width, target_height = resized_size(size, contract)
    wanted = contract.jpeg_scaled_decode
    ratio = min((right - left) / (wanted * target_width), (bottom - top) / (wanted * target_height))
    scale = next((s for s in (8, 4, 2) if s <= ratio), 1)
    if scale > 1:
        # Pillow takes the largest scale whose result is no smaller than what is asked for.
        image.draft(None, (math.ceil(image.size[0] / scale), math.ceil(image.size[1] / scale)))


def _coloured(image: Image.Image, contract: Preprocessing) -> Image.Image:
    wanted = "RGB" if contract.colour_mode == "RGB" else "L"
    image = _eight_bit(image)
    if image.has_transparency_data:
        image = _composited(image, contract.transparency_background)
    return image if image.mode == wanted else image.convert(wanted)


def _eight_bit(image: Image.Image) -> Image.Image:
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.asarray(image)
    if image.mode == "F" or values.min() < 0 or values.max() > 65535:
        raise ImageReadError(f"it has {image.mode} pixels outside 16 bits; save it with 8 or 16 bits per channel")
    # 65535 = 255 * 257, so this maps both ends exactly.
    return Image.fromarray(((values.astype(np.uint32) + 128) // 257).astype(np.uint8))


def _composited(image: Image.Image, background: tuple[int, int, int]) -> Image.Image:
    colours = image.convert("RGBA")
    below = Image.new("RGBA", colours.size, (*background, 255))
    return Image.alpha_composite(below, colours).convert("RGB")
