"""From a file, bytes or array to an upright 8-bit image."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import IO

import numpy as np
from PIL import ExifTags, Image

from ..errors import ImageReadError
from .colour import coloured
from .contract import Contract
from .geometry import Box, Size, jpeg_scale
from .quiet import quiet
from .source import ACCEPTED_FORMATS, ACCEPTED_SUFFIXES, ImageSource, described, identified, image_from_array, opened

__all__ = ["ACCEPTED_FORMATS", "ACCEPTED_SUFFIXES", "ImageSource", "UprightImage", "decode", "stored_size"]

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
_AS_STORED = {**_UPRIGHT, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
SWAPS_SIDES = frozenset({5, 6, 7, 8})
# Where the last stored column and row come to lie.
LAST_COMES_LEFT = frozenset({2, 3, 6, 7})
LAST_COMES_TOP = frozenset({3, 4, 7, 8})


@dataclass(frozen=True)
class UprightImage:
    """A decoded image.

    Attributes:
        image: mode RGB or L, upright; a JPEG perhaps at 1/2, 1/4 or 1/8 size.
        full_size: width and height of the upright picture at its full size, pixels.
        extent: where the picture lies in `image`: all of it, but for the part of a pixel by which a scaled decode
            rounds its sides up.
    """

    image: Image.Image
    full_size: Size
    extent: Box


def decode(source: ImageSource, contract: Contract, *, name: str | None = None) -> UprightImage:
    """The upright image in mode RGB, or L if the contract says grayscale.

    Args:
        source: see `Preprocessing.apply`.
        contract: by which it is decoded.
        name: what errors call it; its path, where it has one, if not given.

    Raises:
        ImageReadError: naming the file where there is a name.
    """
    name = described(source) if name is None else name
    if isinstance(source, np.ndarray):
        return _from_pillow(image_from_array(source), contract, name=name)
    if isinstance(source, Image.Image):
        return _from_pillow(source, contract, name=name)
    with opened(source) as stream:
        return _from_pillow(stream, contract, name=name)


def stored_size(source: str | os.PathLike[str] | bytes) -> Size:
    """Width and height as the file has them, before it is turned upright; its pixels are not decoded.

    Raises:
        ImageReadError: it is no image that can be read.
    """
    name = described(source)
    with opened(source) as stream, quiet():
        return identified(stream, name).size


def _from_pillow(source: Image.Image | IO[bytes], contract: Contract, *, name: str) -> UprightImage:
    """What Pillow makes of it, with every failure as one sentence and no warning."""
    try:
        with quiet():
            if isinstance(source, Image.Image):
                return _decoded(source, contract, name=name)
            return _decoded(identified(source, name), contract, name=name, may_scale=True)
    except ImageReadError:
        raise
    except Image.DecompressionBombError as error:
        raise ImageReadError(_too_large(name)) from error
    except Exception as error:
        # Of a damaged file, Pillow's parsers may raise nearly anything: OSError, SyntaxError, struct.error, KeyError.
        reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise ImageReadError(f"Cannot read {name}: {reason}; it may be damaged, so copy or export it again") from error


def _decoded(image: Image.Image, contract: Contract, *, name: str, may_scale: bool = False) -> UprightImage:
    check_size(image, name)
    may_scale = may_scale and image.format in {"JPEG", "MPO"}
    if not may_scale and image.format != "TIFF":
        image.load()  # a PNG or WebP may keep its EXIF behind the pixels
    orientation = orientation_of(image)
    turn = _UPRIGHT.get(orientation) if contract.exif_orientation else None
    if image.format == "TIFF":
        image.load()  # by which Pillow turns it upright itself
        turn = None if contract.exif_orientation else _AS_STORED.get(orientation)
    orientation = orientation if turn is not None else 1
    full_size = image.size[::-1] if orientation in SWAPS_SIDES else image.size
    scale = jpeg_scale(full_size, contract) if may_scale else 1
    if scale > 1:
        # Pillow takes the largest scale whose result is no smaller than this, which is therefore rounded down.
        image.draft(None, (image.size[0] // scale, image.size[1] // scale))
    image.load()
    try:
        pixels = coloured(image, colour_mode=contract.colour_mode, background=contract.transparency_background)
    except ImageReadError as error:
        raise ImageReadError(f"Cannot read {name}: {error}") from error
    pixels = pixels if turn is None else pixels.transpose(turn)
    return UprightImage(pixels, full_size, _extent(pixels.size, full_size, scale, orientation))


def check_size(image: Image.Image, name: str) -> None:
    """Refuses an image without pixels, or with too many.

    Raises:
        ImageReadError: it is such an image.
    """
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageReadError(f"{name} has no pixels ({width} x {height}); give another image")
    if Image.MAX_IMAGE_PIXELS is not None and width * height > Image.MAX_IMAGE_PIXELS:
        raise ImageReadError(f"{_too_large(name)} ({width} x {height})")


def _too_large(name: str) -> str:
    return (
        f"{name} has more pixels than the limit of {Image.MAX_IMAGE_PIXELS} (PIL.Image.MAX_IMAGE_PIXELS) that guards "
        f"against decompression bombs; shrink it first"
    )


def orientation_of(image: Image.Image) -> int:
    """What the camera wrote of how it was held, EXIF tag 0x0112; 1 where it says nothing that can be read."""
    # A broken EXIF block is common in the wild and says nothing: viewers show such a file as it is stored.
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:
        return 1
    return value if isinstance(value, int) else 1


def _extent(size: Size, full_size: Size, scale: int, orientation: int) -> Box:
    """Where a picture of the full size, shrunk by the scale, lies in an upright image of the size."""
    width, height = full_size[0] / scale, full_size[1] / scale
    left = size[0] - width if orientation in LAST_COMES_LEFT else 0.0
    top = size[1] - height if orientation in LAST_COMES_TOP else 0.0
    return (left, top, left + width, top + height)
