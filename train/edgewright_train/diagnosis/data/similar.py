"""Images that show the same, by their thumbnails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_DISTANCE = 0.2
"""Root mean square difference of two copies' thumbnails, in their own deviation, at most: a photograph that is saved
again at half its size and half its quality differs by 0.04 to 0.12."""

_NEARER = 0.25
"""And at most so much of the distance of usual nearest neighbours."""

_FLAT = 8.0  # deviation of grey values below which an image has no features to tell it by
_BLOCK = 256


def similar_pairs(thumbnails: NDArray[np.float32]) -> list[tuple[int, int]]:
    """The places of images that show the same, in pairs.

    How near two images come by chance depends on what they show: handwritten digits are more alike than photographs. So
    a pair must be much nearer than the nearest neighbours of this data set usually are.

    Args:
        thumbnails: grey values of shape (images, side, side).
    """
    usable = np.flatnonzero(thumbnails.std(axis=(1, 2)) >= _FLAT)
    if len(usable) < 2:
        return []
    flat = thumbnails[usable].reshape(len(usable), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    nearest, candidates = [], []
    for start in range(0, len(flat), _BLOCK):
        # Root mean square distance of images of deviation 1, by their correlation.
        apart = np.sqrt(np.maximum(2 - 2 * flat[start : start + _BLOCK] @ flat.T, 0))
        apart[np.arange(len(apart)), start + np.arange(len(apart))] = np.inf
        nearest.append(apart.min(axis=1))
        for one, two in zip(*np.nonzero(apart <= _DISTANCE), strict=True):
            if start + one < two:
                candidates.append((float(apart[one, two]), int(usable[start + one]), int(usable[two])))
    limit = min(_DISTANCE, _NEARER * float(np.quantile(np.concatenate(nearest), 0.75)))
    return [(one, two) for distance, one, two in candidates if distance <= limit]
