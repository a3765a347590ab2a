"""One picture of a camera or a video file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VIDEO_SUFFIXES = frozenset(
    (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ts", ".webm", ".wmv", ".3gp")
)
"""File name endings of what is taken for a video; whether it can be read depends on OpenCV's FFmpeg."""


@dataclass(frozen=True)
class Frame:
    """One picture.

    Attributes:
        number: of the frame, from 0; a live source counts those that were dropped, too.
        seconds: since the source began.
        pixels: uint8, shape (height, width, 3), in the order R, G, B.
    """

    number: int
    seconds: float
    pixels: NDArray[np.uint8]
