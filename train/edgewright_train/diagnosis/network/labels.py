"""Wrong labels, by a probe on what the network starts from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..finding import Finding
from .label_noise import wrong_labels
from .probe import fitted_probe
from .seen import NetworkSeen

_MOST = 800  # images: the probe's time grows with their third power


def label_noise(seen: NetworkSeen) -> Iterator[Finding]:
    """Labels that a probe contradicts where it is surest."""
    others = np.concatenate([seen.pixels.places["val"], seen.pixels.places["test"]])
    others = np.random.default_rng(0).permutation(others)[: _MOST - len(seen.places)]
    of_train = seen.probed(seen.images, seen.features)
    of_others = seen.probed(np.asarray(seen.pixels.values[others], np.float32)) if len(others) else of_train[:0]
    classes = np.concatenate([seen.classes, seen.pixels.classes[others]])
    probe = fitted_probe(np.concatenate([of_train, of_others]), classes, count=len(seen.names))
    paths = [seen.paths[place] for place in (*seen.places, *others)]
    yield from wrong_labels(probe.left_out, classes, seen.names, paths, judge=seen.judge)
