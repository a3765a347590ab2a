"""Features that tell nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..finding import ERROR, Finding
from .seen import NetworkSeen

_DEAD = 0.7
"""Share of features without any variation from which too few are left; a fifth is usual on simple images."""


def dead_features(seen: NetworkSeen) -> Iterator[Finding]:
    """A backbone whose features are no numbers, or the same for every image."""
    features = seen.features
    remedy = "Take other weights (--weights FILE, or imagenet), or train from scratch with --weights none."
    if not np.isfinite(features).all():
        share = 1 - np.isfinite(features).mean()
        what = "The backbone gives features that are no numbers, as damaged weights do."
        yield Finding("dead_features", ERROR, what, f"{share:.0%} of all features are NaN or infinite.", remedy)
        return
    dead = features.std(axis=0) < 1e-6
    if dead.mean() >= _DEAD:
        yield Finding(
            "dead_features",
            ERROR,
            "Most features of the backbone are dead: they are the same for every image.",
            f"{int(dead.sum())} of {len(dead)} features do not vary over {len(features)} images.",
            remedy,
        )
