"""HEIC images, as iPhones store them: read where the extra `heif` is installed, which is looked for when one is met.

Pillow itself does not read them. pillow-heif's image class is called directly, not registered with Pillow: what other
code in the process may open is none of our business.
"""

from __future__ import annotations

from typing import IO, Any

from PIL import Image

from ..errors import ImageReadError, MissingDependencyError
from ..optional_imports import import_optional
from .unread import SAVE_AS

HEIF_SUFFIXES = frozenset((".heic", ".heif", ".hif"))

# ISO/IEC 23008-12, annex B: brands of a still image or a sequence, HEVC coded or of any coding.
_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")


def is_heif(start: bytes) -> bool:
    """Whether a file that starts with these bytes, 12 at least, is a HEIC image."""
    return start[4:8] == b"ftyp" and start[8:12] in _BRANDS


def opened_heif(stream: IO[bytes], name: str) -> Image.Image:
    """The image in the stream, its pixels not decoded.

    It stands upright already: in HEIC the rotation belongs to the picture, so libheif turns it, and pillow-heif then
    sets the EXIF orientation to 1, whatever the camera wrote there.

    Raises:
        ImageReadError: pillow-heif is not installed, or the file is damaged.
    """
    try:
        library: Any = import_optional("pillow_heif", package="pillow-heif", extra="heif", purpose="reading it")
    except MissingDependencyError as error:
        raise ImageReadError(f"{name} is a HEIC image: {error}, or {SAVE_AS}") from error
    try:
        image: Image.Image = library.HeifImageFile(stream)
    except SyntaxError as error:  # what Pillow's plugins raise of a file that is not theirs
        raise ImageReadError(
            f"{name} is a HEIC image that cannot be read ({error}); it may be damaged, so copy or export it again"
        ) from error
    return image
