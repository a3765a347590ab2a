"""A data set's files read once: the facts of each image, and the probe's features of it, in the order of the paths."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.console import Reporter
from edgewright_runtime.dataset.types import ListedFile, RejectedFile

from ..principal import principal_points
from ..probe.choice import Features
from .image_facts import ImageFacts, Read
from .reading import read_images

_LEARNED_FROM = 512
"""Images that features may learn from; they come at random, so they stand for all."""

_BATCH = 64
_DIRECTIONS = 512


@dataclass(frozen=True)
class Gathered:
    """What was read.

    Attributes:
        images: sorted by path.
        unreadable: what is no image, sorted by path.
        features: of each image, float32 of shape (n, d): its place in the main directions, the strongest first.
    """

    images: tuple[ImageFacts, ...]
    unreadable: tuple[RejectedFile, ...]
    features: NDArray[np.float32] = field(repr=False)


def gather(
    files: Sequence[ListedFile], features: Features, *, seed: int, processes: int | None, reporter: Reporter
) -> Gathered:
    """The facts and features of all files; no more than a few hundred images' pixels are in memory at once."""
    images: list[ImageFacts] = []
    unreadable: list[RejectedFile] = []

    def pixels() -> Iterator[NDArray[np.uint8]]:
        reporter.step("reading images", 0, len(files))
        for found in read_images(shuffled(files, seed=seed), side=features.side, processes=processes):
            if isinstance(found, Read):
                images.append(found.facts)
                yield found.pixels
            else:
                unreadable.append(found)
            reporter.step("reading images", len(images) + len(unreadable), len(files))

    made = principal_points(_features_of(pixels(), features), most=_DIRECTIONS)
    reporter.finish()
    order = sorted(range(len(images)), key=lambda place: (images[place].path, images[place].label))
    return Gathered(
        tuple(images[place] for place in order),
        tuple(sorted(unreadable, key=lambda each: each.path)),
        made[order],
    )


def shuffled(files: Sequence[ListedFile], *, seed: int) -> list[ListedFile]:
    """The files in an order that depends on the seed and their paths alone."""
    return sorted(files, key=lambda file: hashlib.sha256(f"{seed}:{file.path}".encode(errors="replace")).digest())


def _features_of(pixels: Iterator[NDArray[np.uint8]], features: Features) -> Iterator[NDArray[np.float32]]:
    first = _batch(pixels, _LEARNED_FROM)
    if not len(first):
        return
    features.learn(first)
    yield from (features.of(first[start : start + _BATCH]) for start in range(0, len(first), _BATCH))
    del first
    while len(batch := _batch(pixels, _BATCH)):
        yield features.of(batch)


def _batch(pixels: Iterator[NDArray[np.uint8]], most: int) -> NDArray[np.uint8]:
    taken = list(itertools.islice(pixels, most))
    return np.stack(taken) if taken else np.zeros((0,), np.uint8)
