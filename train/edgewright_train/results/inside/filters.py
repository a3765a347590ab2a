"""The kernels of the first layer, as pictures."""

from __future__ import annotations

import numpy as np

from .colours import stretched
from .gallery import Exhibit, Gallery, Row
from .subject import Subject

_AT_MOST = 32


def look(subject: Subject) -> Gallery | None:
    """The kernels of the first convolution in the colours that they see; None where it sees no colours."""
    layer = subject.parts.first_convolution
    if layer is None or layer.kernel.shape[2] != 3:
        return None
    kernels = np.asarray(layer.kernel, dtype=np.float32)
    # The largest first: those of pruned or dead channels show noise.
    order = np.argsort(-np.abs(kernels).sum(axis=(0, 1, 2)))[:_AT_MOST]
    tiles = [(255 * stretched(kernels[..., place])).round().astype(np.uint8) for place in order]
    meaning = (
        "Each tile is one kernel, in the colours that it answers to: edges in several directions, spots and pairs of "
        "colours are what a trained first layer has. Noise means that it has hardly learned."
    )
    return Gallery("filters", "First-layer filters", meaning, (Row(tuple(map(Exhibit, tiles))),))
