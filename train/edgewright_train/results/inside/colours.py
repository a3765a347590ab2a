"""Numbers as colours."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image


def stretched(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The values moved and scaled to fill 0 to 1; all 0 where they are all the same."""
    low, high = float(values.min()), float(values.max())
    spread = high - low if high > low else 1.0
    moved: NDArray[np.float32] = (values - low) / spread
    return moved


def coloured(values: NDArray[np.float32], colour_map: str = "viridis") -> NDArray[np.uint8]:
    """Values 0 to 1 of shape (height, width) in the colours of a matplotlib colour map, uint8 (height, width, 3)."""
    colours: NDArray[np.uint8] = mpl.colormaps[colour_map](values, bytes=True)[..., :3]
    return colours


def enlarged(values: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """A map of values 0 to 1, smoothly enlarged to that many pixels."""
    picture = Image.fromarray(values.astype(np.float32), mode="F").resize((width, height), Image.Resampling.BICUBIC)
    inside: NDArray[np.float32] = np.clip(np.asarray(picture, np.float32), 0, 1)
    return inside


def overlaid(pixels: NDArray[np.uint8], values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The picture with the values, 0 to 1 of shape (height, width), over it: blue for 0 to red for 1."""
    warmth = coloured(values, "jet").astype(np.float32)
    mixed: NDArray[np.uint8] = (0.55 * pixels + 0.45 * warmth).round().astype(np.uint8)
    return mixed
