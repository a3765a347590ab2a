"""The test images that activate a feature most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .gallery import Exhibit, Gallery, Row
from .subject import Subject

_FEATURES, _IMAGES = 6, 6


def telling_features(
    features: NDArray[np.float32], classes: NDArray[np.int64], at_most: int
) -> tuple[tuple[int, int], ...]:
    """For some classes the feature that is highest for the class, in standard deviations above its mean.

    Args:
        features: shape (n, channels).
        classes: class index of each row.
        at_most: how many.

    Returns:
        Pairs of a class index and a channel, none twice.
    """
    spread = features.std(axis=0)
    standardised = np.where(spread > 0, (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1), -np.inf)
    pairs: list[tuple[int, int]] = []
    for each in np.unique(classes)[:at_most]:
        mean = standardised[classes == each].mean(axis=0)
        mean[[channel for _, channel in pairs]] = -np.inf
        if np.isfinite(mean).any():
            pairs.append((int(each), int(mean.argmax())))
    return tuple(pairs)


def look(subject: Subject) -> Gallery | None:
    """For a few features the images with the highest activation; None where all images have the same features."""
    rows = []
    for each, channel in telling_features(subject.features, subject.predictions.classes, _FEATURES):
        order = np.argsort(-subject.features[:, channel], kind="stable")[:_IMAGES]
        exhibits = tuple(
            Exhibit(subject.photos.at(place), subject.name(subject.predictions.classes[place])) for place in order
        )
        rows.append(Row(exhibits, f"Feature {channel}, which is high for {subject.name(each)}"))
    if not rows:
        return None
    meaning = (
        "Each row is one feature that the backbone hands to the head, and the test images in which it is strongest. "
        "What these have in common is what the feature stands for."
    )
    return Gallery("strongest_images", "What features stand for", meaning, tuple(rows))
