"""Features without a network: how the small windows of an image differ from those of the whole data set.

Fisher vectors (Perronnin, Sánchez and Mensink 2010, Improving the Fisher kernel for large-scale image classification):
a mixture of Gaussians is fitted to descriptors of windows, and an image is described by how its own windows would move
the means and deviations of that mixture. The windows' places are part of their descriptors (Sánchez, Perronnin and de
Campos 2012, Modeling the spatial layout of images beyond spatial pyramids).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from .descriptors import COLOUR_GRADIENTS, COLOURS, GREY_GRADIENTS, Floats, Kind, described, mirrored

SIDE = 192
SAID = "small windows of each image, their gradients and colours, as no weights of a backbone were given"

_DRAWN, _DRAWN_FROM = 24_000, 256  # windows that a mixture is fitted to, and images that they are of at most
_ROUNDS = 15
_PLACE = 0.8  # what a window's place counts, against a direction of its descriptor
_BATCH = 16  # images, whose maps fit into the processor's cache


@dataclass(frozen=True)
class Vocabulary:
    """A mixture of Gaussians over the descriptors of one kind, whose axes are the main directions.

    Attributes:
        kind: of the descriptors.
        mean: of the descriptors, shape (d,).
        axes: the main directions as columns, shape (d, directions).
        spread: of the descriptors along them, all together.
        weights: of the Gaussians, shape (k,).
        centres: of shape (k, directions + 2).
        deviations: of shape (k, directions + 2).
    """

    kind: Kind
    mean: Floats
    axes: Floats
    spread: float
    weights: Floats
    centres: Floats
    deviations: Floats


class FisherFeatures:
    """Fisher vectors of three kinds of descriptors, each the mean of the image's and of its mirror image's."""

    side = SIDE
    said = SAID
    weights: str | None = None

    def __init__(self) -> None:
        self._vocabularies: tuple[Vocabulary, ...] = ()

    def learn(self, pixels: NDArray[np.uint8]) -> None:
        """Fits the mixtures to windows of a few hundred images, uint8 of shape (n, 192, 192, 3)."""
        pixels = pixels[:_DRAWN_FROM]
        self._vocabularies = (
            _vocabulary(pixels, GREY_GRADIENTS, directions=48, gaussians=32),
            _vocabulary(pixels, COLOURS, directions=48, gaussians=64),
            _vocabulary(pixels, COLOUR_GRADIENTS, directions=64, gaussians=32),
        )

    def of(self, pixels: NDArray[np.uint8]) -> Floats:
        """The features, shape (n, d), of images of shape (n, 192, 192, 3)."""
        parts = [pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH)]
        return np.concatenate([self._of_few(part) for part in parts])

    def _of_few(self, pixels: NDArray[np.uint8]) -> Floats:
        vectors = []
        for words in self._vocabularies:
            found, places = described(pixels, words.kind)
            turned, turned_places = mirrored(found, places, words.kind)
            vectors.append((_fisher(words, found, places) + _fisher(words, turned, turned_places)) / 2)
        return np.concatenate(vectors, axis=1)


def _vocabulary(pixels: NDArray[np.uint8], kind: Kind, *, directions: int, gaussians: int) -> Vocabulary:
    found, places = _drawn(pixels, kind)
    mean = found.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(found - mean, rowvar=False))
    # Half whitened: small directions say something, and are noisy.
    axes = (axes[:, -directions:] / (np.maximum(values[-directions:], 0) + 1e-6) ** 0.25).astype(np.float32)
    points = (found - mean) @ axes
    spread = float(points.std())
    mixture = GaussianMixture(
        gaussians, covariance_type="diag", random_state=0, max_iter=_ROUNDS, init_params="k-means++", reg_covar=1e-4
    )
    with warnings.catch_warnings():
        # More rounds move it little, and change no label.
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit(_with_places(points, places, spread))
    return Vocabulary(
        kind,
        mean,
        axes,
        spread,
        weights=mixture.weights_.astype(np.float32),
        centres=mixture.means_.astype(np.float32),
        deviations=np.sqrt(mixture.covariances_).astype(np.float32),
    )


def _drawn(pixels: NDArray[np.uint8], kind: Kind) -> tuple[Floats, Floats]:
    """Descriptors of windows drawn at random, as many of each image, and the windows' places."""
    generator = np.random.default_rng(0)
    each = max(1, -(-_DRAWN // len(pixels)))
    found, at = [], []
    for start in range(0, len(pixels), _BATCH):
        own, places = described(pixels[start : start + _BATCH], kind)
        for windows in own:
            chosen = generator.integers(0, len(places), each)
            found.append(windows[chosen])
            at.append(places[chosen])
    return np.concatenate(found), np.concatenate(at)


def _with_places(points: Floats, places: Floats, spread: float) -> Floats:
    return np.concatenate([points, (places - 0.5) * (_PLACE * spread)], axis=1).astype(np.float32)


def _fisher(words: Vocabulary, descriptors: Floats, places: Floats) -> Floats:
    """The vectors of images, shape (n, 2 * gaussians * (directions + 2)), each of length 1."""
    points = (descriptors - words.mean) @ words.axes
    return np.stack([_of_windows(words, _with_places(each, places, words.spread)) for each in points])


def _of_windows(words: Vocabulary, points: Floats) -> Floats:
    """The gradient of the mixture's log likelihood by its means and deviations, rooted and of length 1."""
    precision = 1 / words.deviations**2
    logs = points @ (words.centres * precision).T - 0.5 * points**2 @ precision.T
    logs += np.log(words.weights) - np.log(words.deviations).sum(1) - 0.5 * (words.centres**2 * precision).sum(1)
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    total = shares.sum(axis=0)[:, None]
    first, second = shares.T @ points, shares.T @ points**2
    scale = 1 / (len(points) * np.sqrt(words.weights)[:, None])
    by_mean = scale * (first - words.centres * total) / words.deviations
    centred = second - 2 * words.centres * first + (words.centres**2 - words.deviations**2) * total
    by_deviation = scale * centred * precision / np.sqrt(np.float32(2))
    vector = np.concatenate([by_mean.ravel(), by_deviation.ravel()])
    rooted = np.sign(vector) * np.sqrt(np.abs(vector))
    return np.asarray(rooted / max(float(np.linalg.norm(rooted)), 1e-12), np.float32)
