"""What a look gives: rows of small pictures with a few words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Exhibit:
    """One picture, uint8 of shape (height, width, 3); `caption` may be empty, `wrong` marks a mistake."""

    pixels: NDArray[np.uint8]
    caption: str = ""
    wrong: bool = False


@dataclass(frozen=True)
class Row:
    """Pictures that belong together, under a heading that may be empty."""

    exhibits: tuple[Exhibit, ...]
    heading: str = ""


@dataclass(frozen=True)
class Gallery:
    """All that one look shows.

    Attributes:
        name: of its file in plots/, without the suffix.
        title: for people.
        meaning: one or two sentences on how to read it.
        rows: small pictures; or empty where there is a plot.
        plot: a PNG in their place.
    """

    name: str
    title: str
    meaning: str
    rows: tuple[Row, ...] = ()
    plot: bytes = field(default=b"", repr=False)
