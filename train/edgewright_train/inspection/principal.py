"""The directions in which points differ most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEARNED_FROM = 4096  # points; more of them give the same directions
_CONSTANT = 1e-6


def standardised(features: NDArray[np.float32], *, most: int) -> NDArray[np.float32]:
    """The features with mean 0 and deviation 1; of more than `most`, their part in the principal directions.

    That part is not scaled anew, so that directions that say little stay small.

    Args:
        features: of shape (n, d).
        most: directions that are kept.
    """
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread < _CONSTANT] = np.inf
    if features.shape[1] <= most:
        return np.asarray((features - mean) / spread, np.float32)
    drawn = np.random.default_rng(0).permutation(len(features))[:_LEARNED_FROM]
    axes = _axes((features[drawn] - mean) / spread, most)
    blocks = [features[start : start + _LEARNED_FROM] for start in range(0, len(features), _LEARNED_FROM)]
    return np.concatenate([((block - mean) / spread) @ axes for block in blocks]).astype(np.float32)


def _axes(points: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """The principal directions as columns: eigenvectors of the smaller of the two products of the points."""
    count, width = points.shape
    if width <= count:
        return np.asarray(np.linalg.eigh(points.T @ points)[1][:, -most:], np.float32)
    values, vectors = np.linalg.eigh(points @ points.T)
    kept = values > _CONSTANT * values[-1]
    axes = points.T @ (vectors[:, kept] / np.sqrt(values[kept]))
    return np.asarray(axes[:, -most:], np.float32)
