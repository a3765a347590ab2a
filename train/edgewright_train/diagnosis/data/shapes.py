"""What the resizing does to the shape of the images."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..finding import WARNING, Finding
from .seen import DataSeen

_STRETCHED = 1.6
"""Ratio of the sides from which squashing is seen: 4:3 and 3:2 photographs stay below."""

_LOST = 0.4  # of an image's area


def resize_distorts(seen: DataSeen) -> Iterator[Finding]:
    """Images that the recipe squashes out of shape, or cuts much of away."""
    images = [image for image in seen.dataset.images if image.width_px and image.height_px]
    if not images:
        return
    ratios = np.array([max(i.width_px / i.height_px, i.height_px / i.width_px) for i in images])
    method = seen.recipe.resize_method
    if method == "squash" and (stretched := ratios > _STRETCHED).mean() > 0.25:
        yield Finding(
            "resize_distorts",
            WARNING,
            'Much of the data set is far from square, and resize_method = "squash" pulls it out of shape.',
            f"{stretched.mean():.0%} of {len(images)} images have one side more than {_STRETCHED:g} times the other; "
            f"the middle ratio is {np.median(ratios):.2f}.",
            'Set resize_method = "pad" in the recipe (or "crop", if the thing is always in the middle).',
        )
    if method == "crop":
        lost = 1 - seen.recipe.crop_fraction**2 / ratios
        if (cut := lost > _LOST).mean() > 0.25:
            yield Finding(
                "resize_distorts",
                WARNING,
                'resize_method = "crop" cuts much of the images away.',
                f"{cut.mean():.0%} of {len(images)} images lose more than {_LOST:.0%} of their area; the middle one "
                f"loses {np.median(lost):.0%}.",
                'Set resize_method = "pad" or a larger crop_fraction in the recipe.',
            )
