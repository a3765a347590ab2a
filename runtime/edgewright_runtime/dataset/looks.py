"""What an image looks like in 256 bytes, and which images look all but the same.

Decision 22 says why the runtime has a rule of its own for this, and how it was measured.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SMALLEST_PX = 32
"""Of the shorter side. A smaller image is not enough of a picture: handwritten digits of 8 x 8 pixels look alike by the
dozen, and are not copies."""

LEAST_CORRELATION = 0.95
"""Of the grey values of two looks, so that brightness and contrast do not count."""

SURE_CORRELATION = 0.985
"""From which nothing else is asked: in a sky, coarse JPEG turns many small steps round."""

MOST_TURNED = 0.15
"""Share of the steps from one place to its neighbour that go up in one look and not in the other."""

_SIDE = 16
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
_LEAST_CONTRAST = 3.0  # grey levels: a plain wall looks like every other plain wall
_COARSE = 6  # cosines each way, of which those low enough are compared with all others
_BLOCK = 256  # rows of the table of all pairs that are in memory at once
_PAIRS = 16_384  # that are compared in full at once


def look_of(pixels: NDArray[np.uint8] | NDArray[np.float32]) -> bytes:
    """The grey values of 16 x 16 parts of an image, a byte each, row by row.

    Args:
        pixels: values 0 to 255 of shape (side, side, 3), the side a multiple of 16.
    """
    step = pixels.shape[0] // _SIDE
    grey = pixels.astype(np.float32) @ _LUMA
    parts = np.rint(grey.reshape(_SIDE, step, _SIDE, step).mean(axis=(1, 3)))
    return bytes(parts.astype(np.uint8).tobytes())


def is_large_enough(width_px: int, height_px: int) -> bool:
    """Whether an image of that size can be a near-duplicate of another."""
    return min(width_px, height_px) >= SMALLEST_PX


def alike_pairs(looks: Sequence[bytes]) -> list[tuple[int, int]]:
    """The places of looks that are all but the same: re-encoded, resized or brightened copies, and bursts of a camera.

    Args:
        looks: as `look_of` makes them; an empty one is like no other.

    Returns:
        Pairs of places, the smaller one first, sorted.
    """
    places = np.array([place for place, look in enumerate(looks) if look], np.int64)
    if len(places) < 2:
        return []
    grey = np.frombuffer(b"".join(looks[place] for place in places), np.uint8).reshape(-1, _SIDE, _SIDE)
    contrasted = grey.std(axis=(1, 2)) >= _LEAST_CONTRAST
    places, grey = places[contrasted], grey[contrasted]
    first, second = _candidates(_coarse(_unit(grey)))
    together = correlations(grey, first, second)
    first, second = first[together >= LEAST_CORRELATION], second[together >= LEAST_CORRELATION]
    together = together[together >= LEAST_CORRELATION]
    kept = (together >= SURE_CORRELATION) | (_turned(grey, first, second) <= MOST_TURNED)
    return sorted(zip(places[first[kept]].tolist(), places[second[kept]].tolist(), strict=True))


def correlations(grey: NDArray[np.uint8], first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float32]:
    """How the grey values of pairs of looks go together, -1 to 1; `grey` is uint8 of shape (n, 16, 16)."""
    found = [np.empty(0, np.float32)]
    for start in range(0, len(first), _PAIRS):
        one, other = first[start : start + _PAIRS], second[start : start + _PAIRS]
        found.append(np.einsum("ij,ij->i", _unit(grey[one]), _unit(grey[other])))
    return np.concatenate(found)


def _unit(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Each look with mean 0 and length 1, so that a product of two is their correlation."""
    flat = grey.reshape(len(grey), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6), np.float32)


def _coarse(unit: NDArray[np.float32]) -> NDArray[np.float32]:
    """The share of each look in the slow changes across it: the low cosines of the discrete cosine transform."""
    at = (np.arange(_SIDE) + 0.5) * np.pi / _SIDE
    waves = np.cos(np.arange(_COARSE)[:, None] * at)
    waves /= np.linalg.norm(waves, axis=1, keepdims=True)
    both = [np.outer(waves[i], waves[j]).ravel() for i in range(_COARSE) for j in range(_COARSE) if 0 < i + j < _COARSE]
    return unit @ np.array(both, np.float32).T


def _candidates(coarse: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pairs that may be alike, none that is left out: a part of a distance is no greater than the whole."""
    most = 2 - 2 * LEAST_CORRELATION + 1e-3
    halves, ones = np.einsum("ij,ij->i", coarse, coarse)[:, None] / 2, np.ones((len(coarse), 1), np.float32)
    # ab - |a|^2 / 2 - |b|^2 / 2 = -|a - b|^2 / 2, so that one product of matrices gives all distances.
    left, right = np.hstack([coarse, -halves, ones]), np.hstack([coarse, ones, -halves])
    first, second = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for start in range(0, len(coarse), _BLOCK):
        found = np.flatnonzero(left[start : start + _BLOCK] @ right[start:].T >= -most / 2)
        rows, columns = np.divmod(found, len(coarse) - start)
        later = columns > rows
        first.append(rows[later] + start)
        second.append(columns[later] + start)
    return np.concatenate(first), np.concatenate(second)


def _turned(grey: NDArray[np.uint8], first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share of steps to the right and down that differ in direction, as a dHash compares them, for each pair."""
    steps = np.concatenate([_ups(grey, axis=2), _ups(grey, axis=1)], axis=1)
    packed = np.packbits(steps, axis=1)
    # Padding bits are 0 in both.
    differing = np.unpackbits(packed[first] ^ packed[second], axis=1) if len(first) else np.zeros((0, 1), np.uint8)
    return np.asarray(differing.sum(axis=1) / steps.shape[1])


def _ups(grey: NDArray[np.uint8], *, axis: int) -> NDArray[np.bool_]:
    return (np.diff(grey.astype(np.int16), axis=axis) > 0).reshape(len(grey), -1)
