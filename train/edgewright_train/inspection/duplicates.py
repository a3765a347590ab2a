"""Images that are there more than once: byte by byte, or all but the same to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.dataset.groups import joined
from edgewright_runtime.dataset.looks import alike_pairs, correlations

from .images.image_facts import ImageFacts

EXACT, NEAR = "exact", "near"
SPLITS, CLASSES = "splits", "classes"

MOST_BITS = 8
"""By which the 64 bits of two perceptual hashes may differ."""

LEAST_CORRELATION = 0.9
"""Of the grey values of two images whose hashes are that near: a hash alone takes a dozen unlike photographs in five
hundred for copies."""

_BLOCK = 1024


@dataclass(frozen=True)
class Duplicates:
    """Images that show the same.

    Attributes:
        paths: in order.
        kind: `exact` where the files are the same byte by byte, else `near`.
        crosses: `splits` and `classes`, where they are not all in one.
        places: of the images in the order in which they were given.
    """

    paths: tuple[str, ...]
    kind: str
    crosses: tuple[str, ...]
    places: tuple[int, ...]


def find_duplicates(images: Sequence[ImageFacts], splits: Sequence[str]) -> tuple[Duplicates, ...]:
    """The groups of duplicates, those that cross splits or classes first.

    Args:
        images: of a data set.
        splits: of each of them.
    """
    exact = _exact(images)
    near = _near(images)
    found = [*(_described(group, EXACT, images, splits) for group in exact)]
    found += [_described(group, NEAR, images, splits) for group in near]
    return tuple(sorted(found, key=lambda each: (-len(each.crosses), each.kind, each.paths)))


def groups(duplicates: Sequence[Duplicates], count: int) -> list[int]:
    """For each of `count` images, a number that those that show the same have in common."""
    leader = list(range(count))
    for each in sorted(duplicates, key=lambda one: one.kind):
        known = min(leader[place] for place in each.places)
        merged = {leader[place] for place in each.places}
        leader = [known if one in merged else one for one in leader]
    return leader


def _exact(images: Sequence[ImageFacts]) -> list[list[int]]:
    by_content: dict[str, list[int]] = {}
    for place, image in enumerate(images):
        by_content.setdefault(image.sha256, []).append(place)
    return [places for places in by_content.values() if len(places) > 1]


def _near(images: Sequence[ImageFacts]) -> list[list[int]]:
    """Groups of at least two contents that look alike; of one content, its copies are all in the group."""
    firsts = {image.sha256: image for image in images}
    contents = sorted(firsts)
    pairs = {*alike_pairs([firsts[content].look for content in contents])}
    pairs |= _near_hashes([firsts[content] for content in contents])
    leader = joined(contents, ((contents[one], contents[other]) for one, other in pairs))
    by_group: dict[str, list[int]] = {}
    for place, image in enumerate(images):
        by_group.setdefault(leader[image.sha256], []).append(place)
    return [places for places in by_group.values() if len({images[place].sha256 for place in places}) > 1]


def _near_hashes(images: Sequence[ImageFacts]) -> set[tuple[int, int]]:
    """The places of images whose perceptual hashes are near and whose grey values go together."""
    places = np.array([place for place, image in enumerate(images) if image.phash is not None and image.look], np.int64)
    if len(places) < 2:
        return set()
    chosen = [images[place] for place in places]
    hashes = np.array([image.phash for image in chosen], np.uint64)
    signs = np.unpackbits(hashes.astype(">u8").view(np.uint8).reshape(-1, 8), axis=1).astype(np.float32) * 2 - 1
    first, second = _near_rows(signs)
    grey = np.frombuffer(b"".join(image.look for image in chosen), np.uint8).reshape(-1, 16, 16)
    # What a plain picture looks like is noise.
    kept = (correlations(grey, first, second) >= LEAST_CORRELATION) & (grey.std(axis=(1, 2))[first] >= 3)
    return set(zip(places[first[kept]].tolist(), places[second[kept]].tolist(), strict=True))


def _near_rows(signs: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of rows of -1 and 1 that differ in few places: a product is the bits that agree less those that do not."""
    least = signs.shape[1] - 2 * MOST_BITS
    first, second = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for start in range(0, len(signs), _BLOCK):
        rows, columns = np.nonzero(np.triu(signs[start : start + _BLOCK] @ signs[start:].T >= least, 1))
        first.append(rows + start)
        second.append(columns + start)
    return np.concatenate(first), np.concatenate(second)


def _described(group: Sequence[int], kind: str, images: Sequence[ImageFacts], splits: Sequence[str]) -> Duplicates:
    ordered = sorted(group, key=lambda place: images[place].path)
    crosses = [SPLITS] if len({splits[place] for place in group}) > 1 else []
    crosses += [CLASSES] if len({images[place].label for place in group}) > 1 else []
    return Duplicates(tuple(images[place].path for place in ordered), kind, tuple(crosses), tuple(ordered))
