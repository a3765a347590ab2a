"""What one image file says of itself: each file is opened and decoded once."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from edgewright_runtime.dataset.inspection import of_it
from edgewright_runtime.dataset.looks import is_large_enough, look_of
from edgewright_runtime.dataset.types import ListedFile, RejectedFile
from edgewright_runtime.errors import ImageReadError
from edgewright_runtime.hashing import Content, content_of
from edgewright_runtime.optional_imports import is_importable
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.quiet import quiet
from edgewright_runtime.preprocessing.source import described, identified, opened

from .jpeg_quality import jpeg_quality

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_WHITE = 255.0


@dataclass(frozen=True)
class ImageFacts:
    """One readable image.

    Attributes:
        path: opens from the working folder, or is absolute.
        label: its class.
        split: as the data set gives it, or None.
        group: as the data set gives it, or empty.
        sha256: of the file's content.
        width_px: as shown, upright.
        height_px: as shown, upright.
        size_bytes: of the file.
        file_type: Pillow's name of the format, such as JPEG.
        orientation: of the EXIF block, 1 to 8; 1 where the pixels are stored upright.
        quality: of a JPEG, 1 to 100; None for other formats.
        brightness: perceived, 0 (black) to 1: the root of the mean square of luma, which bright parts count more in
            (the HSP model's weights on squares, http://alienryderflex.com/hsp.html).
        colourfulness: Hasler and Suesstrunk 2003's M3, 0 (grey) to about 110 (extremely colourful).
        means: of red, green and blue, 0 to 255.
        deviations: of red, green and blue.
        look: what it looks like in 16 x 16 grey values (`looks.look_of`); empty where it is too small.
        phash: 64 bits of imagehash's perceptual hash; None without imagehash or where it is too small.
    """

    path: str
    label: str
    split: str | None
    group: str
    sha256: str
    width_px: int
    height_px: int
    size_bytes: int
    file_type: str
    orientation: int
    quality: float | None
    brightness: float
    colourfulness: float
    means: tuple[float, float, float]
    deviations: tuple[float, float, float]
    look: bytes = field(repr=False)
    phash: int | None = field(repr=False)

    @property
    def aspect(self) -> float:
        """Width by height."""
        return self.width_px / self.height_px


@dataclass(frozen=True)
class Read:
    """What a worker hands back: the facts, and pixels for the probe's features, uint8 of shape (side, side, 3)."""

    facts: ImageFacts
    pixels: NDArray[np.uint8] = field(repr=False)


def read_image(file: ListedFile, side: int) -> Read | RejectedFile:
    """The facts and the pixels of a file, or why it is no image. The side is a multiple of 32."""
    if not file.is_utf8:
        return RejectedFile(file.path.encode("utf-8", "backslashreplace").decode(), "its name is not UTF-8")
    name = described(file.path)
    try:
        with content_of(Path(file.path)) as content:
            pixels = Preprocessing(height=side, width=side).apply(content.source, name=name)
            return Read(_facts(file, content, pixels, name), pixels)
    except ImageReadError as error:
        return RejectedFile(file.path, of_it(str(error), name))
    except OSError as error:
        return RejectedFile(file.path, f"it cannot be read: {error.strerror or error}; check the path")


def _facts(file: ListedFile, content: Content, pixels: NDArray[np.uint8], name: str) -> ImageFacts:
    source = content.source
    size_bytes = source.stat().st_size if isinstance(source, Path) else len(source)
    with opened(source) as stream, quiet():
        header = identified(stream, name)
        width, height, orientation = *header.size, _orientation(header)
        tables = getattr(header, "quantization", None) if header.format in {"JPEG", "MPO"} else None
        file_type = "JPEG" if header.format == "MPO" else str(header.format)
    if orientation >= 5:
        width, height = height, width
    small = pixels.reshape(32, len(pixels) // 32, 32, len(pixels) // 32, 3).mean(axis=(1, 3), dtype=np.float32)
    large_enough = is_large_enough(width, height)
    return ImageFacts(
        path=file.path,
        label=file.label,
        split=file.split,
        group=file.group,
        sha256=content.sha256,
        width_px=width,
        height_px=height,
        size_bytes=size_bytes,
        file_type=file_type,
        orientation=orientation,
        quality=jpeg_quality(tables) if tables else None,
        brightness=_brightness(small),
        colourfulness=_colourfulness(small),
        means=_three(pixels.mean(axis=(0, 1))),
        deviations=_three(pixels.std(axis=(0, 1))),
        look=look_of(small) if large_enough else b"",
        phash=_phash(pixels) if large_enough else None,
    )


def _orientation(header: Image.Image) -> int:
    # As in decoding, a broken EXIF block says nothing.
    try:
        value = header.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _brightness(pixels: NDArray[np.float32]) -> float:
    return float(np.sqrt(((pixels / _WHITE) ** 2 @ _LUMA).mean()))


def _colourfulness(pixels: NDArray[np.float32]) -> float:
    red, green, blue = np.moveaxis(pixels, -1, 0)
    one, other = red - green, (red + green) / 2 - blue
    return math.hypot(one.std(), other.std()) + 0.3 * math.hypot(one.mean(), other.mean())


def _three(values: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (round(float(value), 3) for value in values)
    return red, green, blue


def _phash(pixels: NDArray[np.uint8]) -> int | None:
    if not is_importable("imagehash"):
        return None
    import imagehash

    bits = imagehash.phash(Image.fromarray(pixels)).hash.ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
