"""From whatever the caller has to a Pillow image that is identified but not yet decoded."""

from __future__ import annotations

import importlib
import io
import os
from pathlib import Path
from typing import IO, Any, Union

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from ..errors import ImageReadError
from ..hashing import open_regular
from .heif import HEIF_SUFFIXES, is_heif, opened_heif
from .unread import RAW_SUFFIXES, UNREAD_SUFFIXES, what_it_is

ImageSource = Union[str, "os.PathLike[str]", bytes, IO[bytes], Image.Image, NDArray[np.uint8]]

ACCEPTED_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM")
"""Pillow's names of what may be opened. Named one by one: every further decoder is further attack surface. The
multi-picture files of some cameras (MPO) come in as JPEG."""

ACCEPTED_SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
)
"""File name endings of what is read with nothing but Pillow."""

# Pillow imports the plugins of the others by itself, and every plugin that it has where one is asked for that is not
# imported yet. These two take time, so they come in when a file begins as theirs do: at an offset, with certain bytes.
_LATE_PLUGINS: dict[str, tuple[str, int, tuple[bytes, ...]]] = {
    "TIFF": ("PIL.TiffImagePlugin", 0, (b"II", b"MM")),
    "WEBP": ("PIL.WebPImagePlugin", 8, (b"WEBP",)),
}
_PREFIX_BYTES = 16
_JPEG = b"\xff\xd8\xff"

IMAGE_SUFFIXES = ACCEPTED_SUFFIXES | HEIF_SUFFIXES | RAW_SUFFIXES | UNREAD_SUFFIXES
"""File name endings that a folder is searched for: all that are meant as images, so that each one that is not read is
named."""


def described(source: object) -> str:
    """What to call the source in a message: its path where it has one."""
    if isinstance(source, np.ndarray):
        return "the array"
    if isinstance(source, Image.Image):
        return _printable(getattr(source, "filename", "")) or "the image"
    if isinstance(source, (bytes, bytearray, memoryview)):
        return "the image data"
    if hasattr(source, "read"):
        name = getattr(source, "name", "")
        return (_printable(name) if isinstance(name, (str, bytes)) else "") or "the image file"
    return _printable(source) if isinstance(source, (str, os.PathLike)) else f"a {type(source).__name__}"


def _printable(path: Any) -> str:
    # A file name may hold bytes that are not UTF-8, and line breaks; a message may not.
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c >= " " else c.encode("unicode_escape").decode() for c in text)


def opened(source: str | os.PathLike[str] | bytes | IO[bytes]) -> IO[bytes]:
    """A stream of the source that the caller of this function closes; a file object is read from its start.

    Raises:
        ImageReadError: there is no such file, it cannot be read, or this is not a source.
    """
    name = described(source)
    try:
        if isinstance(source, (bytes, bytearray, memoryview)):
            return io.BytesIO(source)
        if isinstance(source, (str, os.PathLike)):
            return open_regular(source)  # `decode` closes it
        if hasattr(source, "read"):
            return io.BytesIO(_content(source))
    except IsADirectoryError as error:
        raise ImageReadError(f"{name} is a folder; give the path of an image") from error
    except OSError as error:
        raise ImageReadError(f"Cannot read {name}: {error.strerror or error}; check the path") from error
    except (ValueError, TypeError) as error:  # a closed file, a file of text, a path with a NUL in it
        raise ImageReadError(f"Cannot read {name}: {error}; give a path or a file opened with mode 'rb'") from error
    raise ImageReadError(
        f"Cannot read {name} as an image; give a path, the bytes of a file, a file opened with mode 'rb', a PIL image "
        f"or a uint8 array"
    )


def _content(file: IO[bytes]) -> bytes:
    # The caller's file stays open and is the caller's to close.
    if hasattr(file, "seekable") and file.seekable():
        file.seek(0)
    return file.read()


def identified(stream: IO[bytes], name: str) -> Image.Image:
    """The image that Pillow finds in the stream, its pixels not decoded.

    Raises:
        ImageReadError: it is not one of the accepted formats, or HEIC without pillow-heif; the sentence says what it is
            instead where that is plain.
        Image.DecompressionBombError: it is more than twice as large as Pillow's limit.
        Exception: whatever else Pillow's parsers make of a damaged header.
    """
    start = stream.read(_PREFIX_BYTES)
    plain = _plain_jpeg(stream) if start.startswith(_JPEG) else None
    if plain is not None:
        return plain
    try:
        image = Image.open(stream, formats=_formats_like(start))
    except UnidentifiedImageError as error:
        stream.seek(0)
        start = stream.read(512)
        stream.seek(0)
        if is_heif(start):
            return opened_heif(stream, name)
        raise ImageReadError(f"{name} {what_it_is(start, Path(name).suffix, read=ACCEPTED_FORMATS)}") from error
    if image.format == "TIFF" and Path(name).suffix.lower() in RAW_SUFFIXES:
        # Many a camera's raw file is a TIFF whose first picture is a thumbnail.
        raise ImageReadError(f"{name} {what_it_is(b'', Path(name).suffix, read=ACCEPTED_FORMATS)}")
    return image


def _plain_jpeg(stream: IO[bytes]) -> Image.Image | None:
    """A JPEG without `Image.open`, which imports four further plugins before it looks at the file.

    None where there is anything to be said about it, which `Image.open` then does.
    """
    from PIL import JpegImagePlugin  # here, for a board may never meet one

    stream.seek(0)
    try:
        image: Image.Image = JpegImagePlugin.jpeg_factory(stream)
    except Exception:  # of a damaged header, Pillow's parser raises nearly anything
        return None
    limit = Image.MAX_IMAGE_PIXELS
    return image if limit is None or image.size[0] * image.size[1] <= limit else None


def _formats_like(start: bytes) -> tuple[str, ...]:
    """The accepted formats without those that the file cannot be; their plugins are imported."""
    out = set()
    for name, (plugin, offset, marks) in _LATE_PLUGINS.items():
        if start[offset:].startswith(marks):
            importlib.import_module(plugin)
        else:
            out.add(name)
    return tuple(name for name in ACCEPTED_FORMATS if name not in out)


def image_from_array(array: NDArray[np.uint8]) -> Image.Image:
    """The array as an image of mode L, RGB or RGBA.

    Raises:
        ImageReadError: it is not uint8, or not of shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4).
    """
    if array.dtype != np.uint8:
        raise ImageReadError(f"The array has dtype {array.dtype}; give uint8 pixel values from 0 to 255")
    shape = array.shape
    if array.ndim == 3 and shape[2] == 1:
        array = array[:, :, 0]
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in {3, 4})) or 0 in shape:
        raise ImageReadError(
            f"The array has shape {shape}; give (height, width), (height, width, 1), (height, width, 3) or "
            f"(height, width, 4)"
        )
    return Image.fromarray(np.ascontiguousarray(array))
