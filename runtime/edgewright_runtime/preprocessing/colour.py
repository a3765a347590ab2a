"""From any of Pillow's pixel modes to 8-bit RGB or grayscale."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ..errors import ImageReadError

# Tags 258 BitsPerSample and 262 PhotometricInterpretation (TIFF 6.0, section 8); 0 is WhiteIsZero.
_BITS_PER_SAMPLE, _PHOTOMETRIC, _WHITE_IS_ZERO = 258, 262, 0


def coloured(image: Image.Image, *, colour_mode: str, background: tuple[int, int, int]) -> Image.Image:
    """The image in mode RGB, or L for `grayscale`, with transparent parts over the background. Never changes `image`.

    Raises:
        ImageReadError: its pixels are of a kind whose range of values nothing tells.
    """
    image = _eight_bit(image)
    if image.has_transparency_data:
        image = _composited(image, background)
    if colour_mode == "RGB":
        return image if image.mode == "RGB" else image.convert("RGB")
    # By way of RGB, for Pillow takes some modes to L by another way or not at all.
    return image if image.mode == "L" else image.convert("RGB").convert("L")


def _eight_bit(image: Image.Image) -> Image.Image:
    if not image.mode.startswith(("I", "F")):
        return image
    # Pillow gives a 16-bit PPM as mode I, scaled to the full 16 bits; any other I is a 32-bit or signed image.
    if not (image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PPM")):
        raise ImageReadError("its pixels have 32 bits or a sign; save it with 8 or 16 bits per channel")
    if image.format == "TIFF" and not _is_plain_sixteen_bit(image):
        raise ImageReadError("its grey levels are stored in an unusual way; save it as a PNG")
    values = np.asarray(image).astype(np.uint32)
    grey = Image.fromarray(((values + 128) // 257).astype(np.uint8))  # 65535 = 255 * 257: both ends map exactly
    clear = image.info.get("transparency")
    if not isinstance(clear, int):
        return grey
    return Image.merge("LA", (grey, Image.fromarray(np.where(values == clear, 0, 255).astype(np.uint8))))


def _is_plain_sixteen_bit(image: Image.Image) -> bool:
    # Pillow neither scales 12-bit samples nor inverts 16-bit ones: such a picture would come out dark or negative.
    tags = getattr(image, "tag_v2", {})
    bits = tags.get(_BITS_PER_SAMPLE, (16,))
    return 16 in (bits if isinstance(bits, tuple) else (bits,)) and tags.get(_PHOTOMETRIC) != _WHITE_IS_ZERO


def _composited(image: Image.Image, background: tuple[int, int, int]) -> Image.Image:
    if image.mode == "P":
        image = image.copy()  # Pillow writes the transparency into the palette of what it converts
    if image.mode in {"La", "RGBa"}:
        image = image.convert({"La": "LA", "RGBa": "RGBA"}[image.mode])
    colours = image.convert("RGBA")
    below = Image.new("RGBA", colours.size, (*background, 255))
    return Image.alpha_composite(below, colours).convert("RGB")
