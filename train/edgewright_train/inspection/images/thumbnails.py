"""Images as the page shows them: upright, whole and small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.preprocessing.decode import decode

_SIDE = 176
# At this size a large photograph is decoded at an eighth.
_CONTRACT = Preprocessing(height=_SIDE, width=_SIDE)


def thumbnail(path: str) -> NDArray[np.uint8]:
    """The picture as uint8 of shape (height, width, 3), at most 176 pixels a side; grey if it has gone since."""
    try:
        image = decode(path, _CONTRACT).image.convert("RGB")
    except EdgewrightError:
        return np.full((_SIDE, _SIDE, 3), 128, np.uint8)
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    return np.asarray(image)


def spread_out(paths: Sequence[str], count: int) -> list[str]:
    """So many of the paths, from the whole of the list."""
    if len(paths) <= count:
        return list(paths)
    return [paths[place] for place in np.linspace(0, len(paths) - 1, count).round().astype(int)]
