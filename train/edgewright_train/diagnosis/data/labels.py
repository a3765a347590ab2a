"""The order of the labels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from edgewright_runtime.suggestion import named

from ..finding import WARNING, Finding
from ..network.label_noise import wrong_labels
from ..network.pictures import small_pictures
from ..network.probe import fitted_probe
from .seen import DataSeen

_MOST = 800  # images: the probe's time grows with their third power


def label_noise(seen: DataSeen) -> Iterator[Finding]:
    """Wrong labels as far as small pictures tell, for when there is no network to ask."""
    places = np.random.default_rng(0).permutation(len(seen.looked_at))[:_MOST]
    classes = seen.pixels.classes[places]
    probe = fitted_probe(
        small_pictures(np.asarray(seen.pixels.values[places], np.float32)), classes, count=len(seen.dataset.labels)
    )
    paths = [seen.looked_at[place].path for place in places]
    yield from wrong_labels(probe.left_out, classes, seen.dataset.class_names, paths, judge="a probe on small pictures")


def label_order(seen: DataSeen) -> Iterator[Finding]:
    """Numbers as class names, in an order that is not theirs."""
    labels = seen.dataset.labels
    if not all(label.isdecimal() for label in labels):
        return
    numbers = [int(label) for label in labels]
    if numbers == sorted(numbers):
        return
    wrong = next(place for place, (one, two) in enumerate(zip(numbers, sorted(numbers), strict=True)) if one != two)
    yield Finding(
        "label_order",
        WARNING,
        "The classes are called by numbers, but are not in the order of these numbers.",
        f"The order is {named(labels)}; so class index {wrong} is {labels[wrong]!r}.",
        "Write the classes in the order that you want, one a line, to a labels.txt in the data folder, or give it with "
        "--labels; or call the folders 01, 02, ..., 10.",
    )
