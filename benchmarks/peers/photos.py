"""Photos to label: those of a run that its model is sure of, in the sizes that are compared."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from edgewright_runtime import Classifier
from edgewright_runtime.run.run_folder import open_run
from edgewright_runtime.run.splits import locate, read_splits, rows_of

Sizes = dict[str, list[Path]]

SIZES = {"12 MP": (4000, 3000), "640x480": (640, 480)}
CLEAR = 0.9
"""A probability that another way of scaling an image should not overturn."""

_NOISE = 4.0
"""Standard deviation of a sensor's noise, grey levels, which gives a 12-megapixel JPEG a camera's size in bytes."""


def clear_photos(run: Path, classifier: Classifier, folder: Path, *, count: int) -> Sizes:
    """Test images of the run in each size, one of each class while there are some left, whose label is clear in all.

    Args:
        run: run folder.
        classifier: of that run.
        folder: where the photos are written.
        count: how many of each size.

    Raises:
        RuntimeError: there is none.
    """
    opened = open_run(run)
    found: list[tuple[int, list[Path]]] = []
    of_class: Counter[str] = Counter()
    for row in rows_of(read_splits(opened.splits), "test"):
        if of_class[row.label] * len(classifier.labels) < count:
            made = [in_size(locate(row.path, opened.path), size, folder) for size in SIZES.values()]
            if all(_is_clear(classifier, path, row.label) for path in made):
                found.append((of_class[row.label], made))
                of_class[row.label] += 1
    if not found:
        raise RuntimeError(f"{run} is sure of none of its test images; name a photo with --photo")
    chosen = [made for _, made in sorted(found)[:count]]
    return dict(zip(SIZES, map(list, zip(*chosen, strict=True)), strict=True))


def _is_clear(classifier: Classifier, photo: Path, label: str) -> bool:
    best = classifier.classify(photo, top_k=1)[0]
    return best.probability >= CLEAR and best.label == label


def in_size(photo: Path, size: tuple[int, int], folder: Path) -> Path:
    """A JPEG of the photo in that size, with a camera's noise."""
    with Image.open(photo) as image:
        pixels = np.asarray(image.convert("RGB").resize(size, Image.Resampling.LANCZOS)).astype(np.float32)
    pixels += np.random.default_rng(0).normal(0, _NOISE, pixels.shape).astype(np.float32)
    path = folder / f"{photo.parent.name}-{photo.stem}-{size[0]}.jpg"
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=90)
    return path
