"""How many calibration images are computed at once: few where the network is wide, all of them behind that.

The first layers of a network have a hundred times the values of the last, and say the most about each weight: one image
has thousands of positions there. So a part of the images is enough for them, and the memory of a conversion does not
depend on how wide they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .graph_walk import Unit, values_of

MEMORY_BYTES = 2**27
"""For the activations that are stored, in both computations; what libraries hold besides is as much again."""

_BYTES = 4 + 1
"""Of one value: float32 as it is, and one byte as a code."""

_LEAST_IMAGES = 20


@dataclass(frozen=True)
class ImageBudget:
    """How many images go through which part of a network.

    Attributes:
        first: images for the units before `wide`.
        wide: number of units that fewer images go through.
        rest: images for the units from there on.
    """

    first: int
    wide: int
    rest: int


def image_budget(units: Sequence[Unit], images: int, memory: int = MEMORY_BYTES) -> ImageBudget:
    """The plan by which the stored activations stay within the memory.

    Args:
        units: of the network, in order.
        images: that there are.
        memory: in bytes.
    """
    costs = [_BYTES * values_of(unit) for unit in units]
    wide = max((number + 1 for number, cost in enumerate(costs) if cost * images > memory), default=0)
    first = min(images, max(_LEAST_IMAGES, memory // max((*costs[:wide], 1))))
    # Where even the end is wide, no part has room for all of them.
    return ImageBudget(first, wide, 0 if wide == len(units) else images)
