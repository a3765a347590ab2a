"""From an upright image to the model's height and width."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .contract import Contract
from .decode import UprightImage
from .geometry import resized_size, used_region, within

_RESAMPLING = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def fit(upright: UprightImage, contract: Contract) -> NDArray[np.uint8]:
    """The image's used region resized to the target, padded where the contract says so.

    Args:
        upright: mode RGB or L.
        contract: target size, method and interpolation.

    Returns:
        uint8 array of shape (height, width, channels).
    """
    resized = upright.image.resize(
        resized_size(upright.full_size, contract),
        resample=_RESAMPLING[contract.interpolation],
        box=within(upright.extent, used_region(upright.full_size, contract), upright.full_size),
    )
    if resized.size != (contract.width, contract.height):
        resized = _padded(resized, contract)
    return np.array(resized, dtype=np.uint8).reshape(contract.height, contract.width, contract.channels)


def _padded(image: Image.Image, contract: Contract) -> Image.Image:
    canvas = Image.new("RGB", (contract.width, contract.height), contract.pad_colour).convert(image.mode)
    canvas.paste(image, ((contract.width - image.width) // 2, (contract.height - image.height) // 2))
    return canvas
