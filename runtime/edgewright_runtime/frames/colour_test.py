"""Whether red arrives as red: a test of a camera's channel order that needs something red and something blue.

Of one colour nobody can tell a swap from a mistake of whoever holds it; of red and then blue one can. What is held
before the camera may be anything of a strong colour: a sheet, a phone that shows the test pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .frame import Frame

STEADY_FRAMES = 5
"""So many frames of one colour, one after the other, are no chance."""

_STRONG = 0.2
"""Of the redness, which is 1 of pure red, -1 of pure blue and 0 of grey; (150, 100, 90), a pale red, has 0.18."""

_MIDDLE = 3
"""The middle third of the frame is looked at, in both directions."""

Verdict = Literal["right", "swapped"]


@dataclass(frozen=True)
class ColourTest:
    """What was seen.

    Attributes:
        verdict: `right` where red and then blue came as such, `swapped` where they came as blue and then red; None
            where one of them was not seen in time.
        seen: the mean R, G, B of the middle of the frames that decided, one row for each colour that was seen.
    """

    verdict: Verdict | None
    seen: tuple[tuple[int, int, int], ...]


def redness(pixels: NDArray[np.uint8]) -> tuple[float, NDArray[np.float64]]:
    """(R - B) / (R + G + B) of the middle of a frame, -1 to 1, and its mean R, G, B; 0 where it is green or dark.

    Args:
        pixels: uint8, shape (height, width, 3), as they are taken for R, G, B.
    """
    height, width = (max(1, side // _MIDDLE) for side in pixels.shape[:2])
    middle = pixels[height : 2 * height or 1, width : 2 * width or 1]
    mean = np.asarray(middle.reshape(-1, 3).mean(axis=0), np.float64)
    red, green, blue = mean
    if mean.sum() < 60 or green > 0.8 * max(red, blue):
        return 0.0, mean
    return float((red - blue) / mean.sum()), mean


def colour_test(
    frames: Iterable[Frame], *, patience_s: float, on_step: Callable[[str], None] = lambda _: None
) -> ColourTest:
    """The verdict on frames in which something red and then something blue is shown.

    Args:
        frames: as they come.
        patience_s: how long each colour is waited for, by the frames' own times.
        on_step: told what to show next: `red`, then `blue`.
    """
    first: float | None = None
    seen: list[tuple[int, int, int]] = []
    steady, since = 0, None
    on_step("red")
    for frame in frames:
        since = frame.seconds if since is None else since
        score, mean = redness(frame.pixels)
        wanted = abs(score) >= _STRONG and (first is None or (score > 0) != (first > 0))
        steady = steady + 1 if wanted else 0
        if steady == STEADY_FRAMES:
            red, green, blue = (round(value) for value in mean)
            seen.append((red, green, blue))
            if first is not None:
                return ColourTest("right" if first > 0 else "swapped", tuple(seen))
            first, steady, since = score, 0, frame.seconds
            on_step("blue")
        elif frame.seconds - since > patience_s:
            break
    return ColourTest(None, tuple(seen))
