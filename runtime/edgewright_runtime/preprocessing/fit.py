"""From an upright image to the model's height and width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

if TYPE_CHECKING:
    from .contract import Preprocessing

_RESAMPLING = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}

Box = tuple[float, float, float, float]


def fit(image: Image.Image, contract: Preprocessing) -> NDArray[np.uint8]:
    """The image's used region resized to the target, padded where the contract says so.

    Args:
        image: mode RGB or L.
        contract: target size, method and interpolation.

    Returns:
        uint8 array of shape (height, width, channels).
    """
    resized = image.resize(
        resized_size(image.size, contract),
        resample=_RESAMPLING[contract.interpolation],
        box=used_region(image.size, contract),
        reducing_gap=None,
    )
    if resized.size != (contract.width, contract.height):
        resized = _padded(resized, contract)
    return np.array(resized, dtype=np.uint8).reshape(contract.height, contract.width, contract.channels)


def used_region(size: tuple[int, int], contract: Preprocessing) -> Box:
    """Left, top, right and bottom of what is used of an upright image of (width, height); may cut through pixels."""
    width, height = size
    if contract.resize_method != "crop":
        return (0.0, 0.0, float(width), float(height))
    aspect = contract.width / contract.height
    region_width = min(width, height * aspect) * contract.crop_fraction
    region_height = min(height, width / aspect) * contract.crop_fraction
    left, top = (width - region_width) / 2, (height - region_height) / 2
    return (left, top, min(left + region_width, float(width)), min(top + region_height, float(height)))


def resized_size(size: tuple[int, int], contract: Preprocessing) -> tuple[int, int]:
    """Width and height that the used region becomes: the target, or for `pad` the largest that fits inside it."""
    if contract.resize_method != "pad":
        return (contract.width, contract.height)
    width, height = size
    scale = min(contract.width / width, contract.height / height)
    return (
        min(contract.width, max(1, round(width * scale))),
        min(contract.height, max(1, round(height * scale))),
    )


def _padded(image: Image.Image, contract: Preprocessing) -> Image.Image:
    colour = contract.pad_colour if image.mode == "RGB" else _luma(contract.pad_colour)
    canvas = Image.new(image.mode, (contract.width, contract.height), colour)
    canvas.paste(image, ((contract.width - image.width) // 2, (contract.height - image.height) // 2))
    return canvas


def _luma(colour: tuple[int, int, int]) -> int:
    value = Image.new("RGB", (1, 1), colour).convert("L").getpixel((0, 0))
    return int(value) if isinstance(value, (int, float)) else int(value[0]) if value else 0
