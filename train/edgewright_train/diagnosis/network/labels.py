"""Wrong labels, by a probe on what the network starts from."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from .label_noise import wrong_labels
from .seen import NetworkSeen


def label_noise(seen: NetworkSeen) -> Iterator[Finding]:
    """Labels that a probe contradicts where it is surest."""
    paths = [seen.paths[place] for place in seen.places]
    yield from wrong_labels(seen.probe.left_out, seen.classes, seen.names, paths, judge=seen.judge)
