"""Features without a network: how an image's small patches answer to patches drawn from the data set itself."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

SIDE = 64
SAID = "small patches and colours of each image, as no weights of a backbone were given"

_PATCH, _STEP, _GRID = 6, 2, 2  # pixels, pixels, cells each way
_DRAWN = 20_000  # patches that whitening is learned from
_FILTERS = 256
_SOFT = 1.0  # answers smaller than this are none
_REGULARIZER, _NOISE = 10.0, 0.1
_HUES, _SATURATIONS, _VALUES = 16, 3, 3


class PatchFeatures:
    """Random patches of the images as filters behind whitening, soft thresholds and pooling, and colour histograms.

    Coates, Lee and Ng 2011, An analysis of single-layer networks in unsupervised feature learning; that patches drawn
    at random serve nearly as well as learned ones is Coates and Ng 2011, The importance of encoding versus training.
    """

    side = SIDE
    said = SAID
    weights: str | None = None

    def __init__(self) -> None:
        self._mean = self._white = self._filters = np.empty(0, np.float32)

    def learn(self, pixels: NDArray[np.uint8]) -> None:
        """Draws filters from a few hundred images, uint8 of shape (n, 64, 64, 3)."""
        generator = np.random.default_rng(0)
        windows = _windows(pixels, 1)
        picked = [generator.integers(0, length, _DRAWN) for length in windows.shape[:3]]
        patches = _normalised(windows[tuple(picked)].reshape(_DRAWN, -1))
        self._mean = patches.mean(axis=0)
        values, axes = np.linalg.eigh(np.cov(patches - self._mean, rowvar=False))
        self._white = ((axes / np.sqrt(np.maximum(values, 0) + _NOISE)) @ axes.T).astype(np.float32)
        drawn = ((patches - self._mean) @ self._white)[generator.permutation(_DRAWN)[:_FILTERS]]
        self._filters = (drawn / np.maximum(np.linalg.norm(drawn, axis=1, keepdims=True), 1e-6)).T

    def of(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The features, shape (n, d), of images of shape (n, 64, 64, 3)."""
        return np.concatenate([self._texture(pixels), _colours(pixels)], axis=1)

    def _texture(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        windows = _windows(pixels, _STEP)
        count, rows, columns = windows.shape[:3]
        patches = (_normalised(windows.reshape(count * rows * columns, -1)) - self._mean) @ self._white
        answers = (patches @ self._filters).reshape(count, rows, columns, -1)
        edges = np.linspace(0, rows, _GRID + 1).astype(int)
        pooled = []
        for top, bottom in pairwise(edges.tolist()):
            for left, right in pairwise(edges.tolist()):
                cell = answers[:, top:bottom, left:right]
                pooled += [np.maximum(sign * cell - _SOFT, 0).mean(axis=(1, 2)) for sign in (1, -1)]
        return np.asarray(np.sqrt(np.concatenate(pooled, axis=1)), np.float32)


def _windows(pixels: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    return sliding_window_view(pixels, (_PATCH, _PATCH), axis=(1, 2))[:, ::step, ::step]


def _normalised(patches: NDArray[np.uint8]) -> NDArray[np.float32]:
    values = patches.astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    return np.asarray(values / np.sqrt(values.var(axis=1, keepdims=True) + _REGULARIZER), np.float32)


def _colours(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The root of the share of pixels of each colour, in each quarter of the image."""
    return np.stack([np.sqrt(_histogram(np.asarray(Image.fromarray(each).convert("HSV")))) for each in pixels])


def _histogram(hsv: NDArray[np.uint8]) -> NDArray[np.float32]:
    bins = np.array([_HUES, _SATURATIONS, _VALUES])
    hue, saturation, value = np.moveaxis(hsv.astype(np.int64) * bins // 256, -1, 0)
    codes = (hue * _SATURATIONS + saturation) * _VALUES + value
    half = len(codes) // 2
    quarters = [codes[top : top + half, left : left + half] for top in (0, half) for left in (0, half)]
    counts = [np.bincount(quarter.ravel(), minlength=int(bins.prod())) for quarter in quarters]
    return np.asarray(np.concatenate(counts) / half**2, np.float32)
