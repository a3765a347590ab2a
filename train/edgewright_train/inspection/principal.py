"""The directions in which points differ most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LEARNED_FROM = 2048
"""Points; more of them give all but the same directions."""

_CONSTANT = 1e-6


def principal_points(batches: Iterable[Floats], *, most: int) -> Floats:
    """The features with mean 0 and deviation 1, turned into their main directions, the strongest first.

    Directions are not scaled anew, so that those that say little stay small. They are learned from the first 2048
    points; the rest is turned as it comes, so that wide features of many points never are in memory together.

    Args:
        batches: of features, each of shape (n, d), in an order that chance made.
        most: directions that are kept.
    """
    waiting = iter(batches)
    first = _first(waiting)
    if not first.size:
        return np.zeros((0, 0), np.float32)
    mean, spread = first.mean(axis=0), first.std(axis=0)
    spread[spread < _CONSTANT] = np.inf
    axes = _axes((first - mean) / spread, most)
    turned = [((first - mean) / spread) @ axes]
    turned += [((batch - mean) / spread) @ axes for batch in waiting]
    return np.concatenate(turned).astype(np.float32)


def _first(batches: Iterator[Floats]) -> Floats:
    taken: list[Floats] = []
    while sum(map(len, taken)) < LEARNED_FROM:
        batch = next(batches, None)
        if batch is None:
            break
        taken.append(batch)
    return np.concatenate(taken) if taken else np.zeros((0, 0), np.float32)


def _axes(points: Floats, most: int) -> Floats:
    """The principal directions as columns: eigenvectors of the smaller of the two products of the points."""
    count, width = points.shape
    if width <= count:
        return np.asarray(np.linalg.eigh(points.T @ points)[1][:, ::-1][:, :most], np.float32)
    values, vectors = np.linalg.eigh(points @ points.T)
    kept = np.flatnonzero(values > _CONSTANT * values[-1])[::-1][:most]
    return np.asarray(points.T @ (vectors[:, kept] / np.sqrt(values[kept])), np.float32)
