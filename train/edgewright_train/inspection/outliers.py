"""Images that are like no other: blank ones, and those far from all in the probe's features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .images.image_facts import ImageFacts

BLANK_DEVIATION = 4.0
"""Grey levels; an image of which every channel deviates less shows next to nothing."""

FAR = 5.0
"""Robust z-score of the distance to the nearest others (Iglewicz and Hoaglin 1993: 3.5 marks a candidate)."""

_NEIGHBOURS = 5
_DIMENSIONS = 32
_BLOCK = 1024
_FEWEST = 30  # images; among fewer nothing is far from all


@dataclass(frozen=True)
class Outlier:
    """An image to look at.

    Attributes:
        path: of the image.
        label: its class.
        why: `blank` or `unlike the others`.
        score: of the second kind the robust z-score of its distance; of a blank one 100.
        place: of the image in the order given.
    """

    path: str
    label: str
    why: str
    score: float
    place: int


def find_outliers(images: Sequence[ImageFacts], features: NDArray[np.float32] | None) -> tuple[Outlier, ...]:
    """The images to look at, the oddest first.

    Args:
        images: of a data set.
        features: of each image, shape (n, d), the main directions first; without them only blank images are found.
    """
    blank = {place for place, image in enumerate(images) if max(image.deviations) < BLANK_DEVIATION}
    found = [Outlier(images[place].path, images[place].label, "blank", 100.0, place) for place in sorted(blank)]
    if features is not None and len(images) >= _FEWEST:
        scores = _robust(_distances(features[:, :_DIMENSIONS]))
        far = sorted(set(np.flatnonzero(scores >= FAR).tolist()) - blank, key=lambda place: -scores[place])
        found += [
            Outlier(images[place].path, images[place].label, "unlike the others", round(float(scores[place]), 1), place)
            for place in far
        ]
    return tuple(found)


def _distances(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """For each point the mean distance to its nearest others."""
    squares = np.einsum("ij,ij->i", points, points)
    count = min(_NEIGHBOURS, len(points) - 1)
    found = []
    for start in range(0, len(points), _BLOCK):
        block = points[start : start + _BLOCK]
        table = squares[start : start + _BLOCK, None] + squares[None] - 2 * block @ points.T
        table[np.arange(len(block)), np.arange(start, start + len(block))] = np.inf
        nearest = np.partition(table, count - 1, axis=1)[:, :count]
        found.append(np.sqrt(np.maximum(nearest, 0)).mean(axis=1))
    return np.concatenate(found).astype(np.float64)


def _robust(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Modified z-scores of logarithms: distances have a long tail to the right."""
    logs = np.log(np.maximum(values, 1e-9))
    middle = np.median(logs)
    spread = np.median(np.abs(logs - middle))
    return np.asarray(0.6745 * (logs - middle) / max(float(spread), 1e-9))
