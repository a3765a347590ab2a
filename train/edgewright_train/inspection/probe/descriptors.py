"""Descriptors of small windows all over an image: its gradients, those of its colours, and its colours themselves.

A window has 4 x 4 cells. Gradients: Lowe 2004, Distinctive image features from scale-invariant keypoints, densely, and
of opponent colours as in van de Sande, Gevers and Snoek 2010, Evaluating color descriptors. Means and deviations of
colours: Perronnin, Sánchez and Mensink 2010, Improving the Fisher kernel for large-scale image classification.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_STEP = 8  # pixels between windows
_CELLS = 4  # of a window, each way
_ORIENTATIONS = 8
_FAINT = 2.0  # length of a gradient descriptor, grey levels, below which it is noise and not made longer


@dataclass(frozen=True)
class Kind:
    """One kind of descriptor.

    Attributes:
        cell: side of a cell, pixels; divides the step between windows and the side of the images.
        maps: what is summed over cells, shape (n, height, width, m), of images of shape (n, height, width, 3).
        finished: descriptors of the means over cells, of shape (n, windows, cells, m).
        mirrored: for each of the m what it is in an image whose left is its right.
    """

    cell: int
    maps: Callable[[Floats], Floats]
    finished: Callable[[Floats], Floats]
    mirrored: tuple[int, ...]


def described(images: NDArray[np.uint8], kind: Kind) -> tuple[Floats, Floats]:
    """The descriptors of each image, shape (n, windows, d), and the windows' places, (windows, 2) from 0 to 1."""
    corners = np.arange(0, images.shape[1] - _CELLS * kind.cell + 1, _STEP)
    means = _cell_means(kind.maps(images.astype(np.float32)), kind.cell)
    grid = np.stack(np.meshgrid(corners, corners, indexing="ij"), axis=-1).reshape(-1, 2)
    places = (grid / max(int(corners[-1]), 1)).astype(np.float32)
    return kind.finished(means), places


def mirrored(descriptors: Floats, places: Floats, kind: Kind) -> tuple[Floats, Floats]:
    """What the same image, mirrored, would give: cells and orientations change places."""
    width = len(kind.mirrored)
    order = np.arange(descriptors.shape[-1]).reshape(_CELLS, _CELLS, width)[:, ::-1][..., list(kind.mirrored)]
    turned = places.copy()
    turned[:, 1] = 1 - turned[:, 1]
    return descriptors[..., order.ravel()], turned


def _cell_means(maps: Floats, cell: int) -> Floats:
    """Shape (n, windows, cells, m)."""
    count, height, _, width = maps.shape
    along = height // cell
    sums = maps.reshape(count, along, cell, along, cell * width).sum(axis=2)
    means = sums.reshape(count, along, along, cell, width).sum(axis=3) / cell**2
    windows = sliding_window_view(means, (_CELLS, _CELLS), axis=(1, 2))[:, :: _STEP // cell, :: _STEP // cell]
    return np.moveaxis(windows, 3, -1).reshape(count, -1, _CELLS**2, width)


def _orientations(plane: Floats) -> Floats:
    """How strongly each place of a plane of shape (n, height, width) rises in each of eight directions."""
    down, right = np.zeros_like(plane), np.zeros_like(plane)
    right[:, :, 1:-1] = plane[:, :, 2:] - plane[:, :, :-2]
    down[:, 1:-1] = plane[:, 2:] - plane[:, :-2]
    angles = np.arange(_ORIENTATIONS) * (2 * np.pi / _ORIENTATIONS)
    along = [np.maximum(np.cos(angle) * right + np.sin(angle) * down, 0) for angle in angles.astype(np.float32)]
    share = 1 / np.maximum(right**2 + down**2, 1e-6)
    # The cube is about as narrow as sharing a gradient out between the two nearest directions.
    return np.stack([each * each * each * share for each in along], axis=-1)


def _grey(images: Floats) -> Floats:
    return _orientations(images @ np.array((0.299, 0.587, 0.114), np.float32))


def _opponent(images: Floats) -> Floats:
    red, green, blue = np.moveaxis(images, -1, 0)
    planes = (red - green) / np.float32(np.sqrt(2)), (red + green - 2 * blue) / np.float32(np.sqrt(6))
    return np.concatenate([_orientations(plane) for plane in planes], axis=-1)


def _colours(images: Floats) -> Floats:
    scaled = images / 255
    return np.concatenate([scaled, scaled**2], axis=-1)


def _rooted(means: Floats) -> Floats:
    """Gradients of length 1, then their roots (Arandjelović and Zisserman 2012, Three things everyone should know)."""
    # Each plane has a length of its own.
    planes = means.reshape(*means.shape[:3], -1, _ORIENTATIONS)
    length = np.sqrt(np.square(planes).sum(axis=(2, 4), keepdims=True))
    rooted = np.sqrt(planes / np.maximum(length, _FAINT))
    return np.asarray(rooted.reshape(*means.shape[:2], -1), np.float32)


def _deviations(means: Floats) -> Floats:
    mean, square = np.split(means, 2, axis=-1)
    both = np.concatenate([mean, np.sqrt(np.maximum(square - mean**2, 0))], axis=-1)
    return both.reshape(*both.shape[:2], -1)


_TURNED = tuple((_ORIENTATIONS // 2 - place) % _ORIENTATIONS for place in range(_ORIENTATIONS))

GREY_GRADIENTS = Kind(cell=8, maps=_grey, finished=_rooted, mirrored=_TURNED)
COLOUR_GRADIENTS = Kind(
    cell=8,
    maps=_opponent,
    finished=_rooted,
    mirrored=(*_TURNED, *(place + _ORIENTATIONS for place in _TURNED)),
)
COLOURS = Kind(cell=4, maps=_colours, finished=_deviations, mirrored=tuple(range(6)))
