"""How bright the images of the representative dataset are, beside those of the test split."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.pixel_cache import cached_pixels
from edgewright_runtime.preprocessing import Preprocessing
from edgewright_runtime.run.splits import SplitRow

TEST_IMAGES = 64
"""Test images that are looked at. With 200 representative images this tells means apart that differ by 0.43 standard
deviations of an image (three standard errors), which is less than what is worth a word."""

NOTICEABLE_SPREADS = 0.5
"""Standard deviations of an image's brightness. At half of one, the usual bound of a medium effect, the ends of the two
sets no longer fall together: about one test image in three lies beyond five of six of the others' on that side."""

NOTICEABLE_LEVELS = 8.0
"""Levels of 0 to 255. Where all images are alike, as on a conveyor belt, half their spread is less than the exposure of
one camera wavers by; below 8 levels (3 %) a range hardly moves."""

_STANDARD_ERRORS = 3.0  # what two draws from the same images differ by once in 370 times
_SIDE_PX = 32  # of the test images as they are looked at; their mean does not need more
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R 601, as in the contract's grayscale


@dataclass(frozen=True)
class Brightness:
    """The brightness of two sets of images; an image's brightness is the mean luminance of its pixels, 0 to 255.

    Attributes:
        representative: mean over the representative dataset.
        test: mean over the test images that were looked at.
        spread: standard deviation over images, both sets together, each about its own mean.
        representative_images: number of images.
        test_images: number of images.
    """

    representative: float
    test: float
    spread: float
    representative_images: int
    test_images: int

    @property
    def note(self) -> str | None:
        """What the user should know: a phrase with numbers, or None where the sets are near enough."""
        difference = self.representative - self.test
        error = self.spread * math.sqrt(1 / self.representative_images + 1 / self.test_images)
        if abs(difference) <= max(NOTICEABLE_LEVELS, NOTICEABLE_SPREADS * self.spread, _STANDARD_ERRORS * error):
            return None
        word = "brighter" if difference > 0 else "darker"
        return (
            f"the representative dataset is {word} than the test split: mean luminance {self.representative:.0f} "
            f"against {self.test:.0f} of 255, where images vary by {self.spread:.0f}"
        )

    def as_options(self) -> dict[str, Any]:
        """What the manifest keeps of it."""
        return {
            "mean_luminance": round(self.representative, 2),
            "test_mean_luminance": round(self.test, 2),
            "spread": round(self.spread, 2),
            "test_images": self.test_images,
        }


def brightness_of(
    pixels: NDArray[np.uint8], test: Sequence[SplitRow], contract: Preprocessing, *, run_path: Path
) -> Brightness:
    """The brightness of the representative dataset and of some test images.

    Args:
        pixels: of the representative dataset, uint8 of shape (n, height, width, channels).
        test: the test images to look at; at least one.
        contract: by which both are made; the test images are made small.
        run_path: the run folder.

    Raises:
        EdgewrightError: a test image is missing, unreadable, or no longer the one that splits.csv describes.
    """
    with cached_pixels(test, _small(contract), run_path=run_path, description="Comparing brightness") as small:
        ours, theirs = _luminance(pixels), _luminance(small)
    squares = ((ours - ours.mean()) ** 2).sum() + ((theirs - theirs.mean()) ** 2).sum()
    return Brightness(
        representative=float(ours.mean()),
        test=float(theirs.mean()),
        spread=math.sqrt(float(squares) / max(1, len(ours) + len(theirs) - 2)),
        representative_images=len(ours),
        test_images=len(theirs),
    )


def _small(contract: Preprocessing) -> Preprocessing:
    """The same contract for a few pixels: a large JPEG is decoded at 1/8."""
    scale = min(1.0, _SIDE_PX / max(contract.height, contract.width))
    height, width = (max(1, round(side * scale)) for side in (contract.height, contract.width))
    return replace(contract, height=height, width=width)


def _luminance(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The mean luminance of each image, shape (n,), 0 to 255."""
    per_channel: NDArray[np.float64] = pixels.mean(axis=(1, 2), dtype=np.float64)
    weights = _LUMA if pixels.shape[-1] == 3 else np.ones(1)
    return np.asarray(per_channel @ weights, np.float64)
