"""Photographs side by side, each with a few words under it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .figure import new_figure, png_of


@dataclass(frozen=True)
class Tile:
    """One picture: uint8 of shape (height, width, 3), and lines of text."""

    pixels: NDArray[np.uint8]
    lines: tuple[str, ...]


def sheet(tiles: Sequence[Tile], *, columns: int) -> bytes:
    """A PNG with all pictures in rows."""
    rows = -(-len(tiles) // columns)
    figure = new_figure(1.75 * columns, 2.2 * rows)
    for place, tile in enumerate(tiles, start=1):
        axes = figure.add_subplot(rows, columns, place)
        axes.imshow(tile.pixels)
        axes.set_axis_off()
        axes.set_title("\n".join(tile.lines), fontsize=7, parse_math=False)
    return png_of(figure)


def jpeg_of(pixels: NDArray[np.uint8], *, side: int = 176) -> bytes:
    """The picture as a JPEG no larger than `side` pixels; small ones enlarged without smoothing, so as to be seen."""
    picture = Image.fromarray(pixels)
    factor = side / max(picture.size)
    how = Image.Resampling.BILINEAR if factor < 1 else Image.Resampling.NEAREST
    resized = picture.resize([max(1, round(length * factor)) for length in picture.size], how)
    data = io.BytesIO()
    resized.convert("RGB").save(data, "jpeg", quality=80, optimize=True)
    return data.getvalue()
