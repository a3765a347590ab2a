"""The range that the pixels fill."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..finding import ERROR, Finding
from .seen import DataSeen

_SAMPLE, _VALUES = 256, 20_000
"""Images that are looked at, and about as many values of each."""

_DARK = 32
"""What 99.9 % of all values must exceed: normal photographs reach above 200, and pixels divided by 255 only 1."""


def pixel_range(seen: DataSeen) -> Iterator[Finding]:
    """Images that are all but black, as after a division by 255, or of one value throughout."""
    places = np.unique(np.linspace(0, len(seen.pixels.values) - 1, _SAMPLE).round().astype(int))
    flat = np.asarray(seen.pixels.values[places]).reshape(len(places), -1)
    step = max(flat.shape[1] // _VALUES, 1)
    values = flat[:, :: step + (step % 3 == 0)]  # of all three channels
    low, high = np.quantile(values, (0.001, 0.999))
    dark = np.quantile(values, 0.999, axis=1) <= _DARK
    if high <= _DARK or dark.mean() > 0.5:
        yield Finding(
            "pixel_range",
            ERROR,
            "The images are all but black: their pixels do not fill the range 0 to 255 that the network takes.",
            f"Of {len(values)} images {int(dark.sum())} are so, and 99.9 % of all values lie below {high:.0f}"
            f"{'; so do pixels divided by 255' if high <= 2 else ''}.",
            "Save the images with values from 0 to 255; the network scales them itself, so nothing may be divided "
            "before.",
        )
    elif high - low <= _DARK:
        yield Finding(
            "pixel_range",
            ERROR,
            "The images are all but of one colour: their pixels fill little of the range 0 to 255.",
            f"In {len(values)} images, 99.8 % of all values lie between {low:.0f} and {high:.0f}.",
            "Save the images again with their full contrast.",
        )
