"""Photographs side by side, each with a few words under it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from ..names import shortened
from .figure import DOTS_PER_INCH, png_of

_SIDE, _GAP, _TEXT = 150, 8, 38  # pixels of a picture, beside it, and above it for two lines
_ACROSS, _DOWN = _SIDE + 2 * _GAP, _SIDE + _TEXT + _GAP
_LETTERS = 21  # of a line that has room above a picture


@dataclass(frozen=True)
class Tile:
    """One picture: uint8 of shape (height, width, 3), and lines of text."""

    pixels: NDArray[np.uint8]
    lines: tuple[str, ...]


def sheet(tiles: Sequence[Tile], *, columns: int) -> bytes:
    """A PNG with all pictures in rows."""
    # One picture with all of them in it: axes for each would take ten times as long to draw.
    rows = -(-len(tiles) // columns)
    canvas = np.full((rows * _DOWN, columns * _ACROSS, 3), 255, np.uint8)
    figure = Figure(figsize=(canvas.shape[1] / DOTS_PER_INCH, canvas.shape[0] / DOTS_PER_INCH))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    for place, tile in enumerate(tiles):
        top, left = place // columns * _DOWN + _TEXT, place % columns * _ACROSS + _GAP
        canvas[top : top + _SIDE, left : left + _SIDE] = _square(tile.pixels)
        text = "\n".join(shortened(line, _LETTERS) for line in tile.lines)
        axes.text(left, top - 4, text, fontsize=7, va="bottom", parse_math=False)
    axes.imshow(canvas, aspect="auto", interpolation="nearest")
    return png_of(figure, colours=None)


def _square(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture = Image.fromarray(pixels)
    smooth = Image.Resampling.BILINEAR if max(picture.size) > _SIDE else Image.Resampling.NEAREST
    return np.asarray(picture.convert("RGB").resize((_SIDE, _SIDE), smooth))


def jpeg_of(pixels: NDArray[np.uint8], *, side: int = 176) -> bytes:
    """The picture as a JPEG no larger than `side` pixels; small ones enlarged without smoothing, so as to be seen."""
    picture = Image.fromarray(pixels)
    factor = side / max(picture.size)
    how = Image.Resampling.BILINEAR if factor < 1 else Image.Resampling.NEAREST
    resized = picture.resize([max(1, round(length * factor)) for length in picture.size], how)
    data = io.BytesIO()
    resized.convert("RGB").save(data, "jpeg", quality=80, optimize=True)
    return data.getvalue()
