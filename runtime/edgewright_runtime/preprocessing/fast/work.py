"""What must be done to an image whose pixels are stored in some orientation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..contract import Contract
from ..decode import SWAPS_SIDES
from ..geometry import Box, Size, jpeg_scale, resized_size, used_region, within

LEAST_SHRINKING = 2
"""How many times as many rows and columns there must be as are wanted. Both libraries round twice, between two passes
and after the second; Pillow begins with the columns, cykooz-resizer with the rows. Of fewer pixels, three values in a
hundred million differed by 2; of more, where each is a mean of at least four, none in 940 million."""


@dataclass(frozen=True)
class Work:
    """The parts of the work on one image.

    Attributes:
        stored_size: its columns and rows in full size, as they are stored.
        scale: 1, 2, 4 or 8: how many times it is shrunk while it is decoded.
        orientation: EXIF tag 0x0112: how it must be turned at last.
        box: what of the decoded pixels is used.
        size: columns and rows that this becomes, before it is turned.
    """

    stored_size: Size
    scale: int
    orientation: int
    box: Box
    size: Size

    @property
    def decoded_shape(self) -> tuple[int, int, int]:
        """Rows, columns and channels once decoded; sides are rounded up."""
        width, height = self.stored_size
        return (-(-height // self.scale), -(-width // self.scale), 3)

    @property
    def shrinks_enough(self) -> bool:
        """Whether the used region becomes so much smaller that its values are within one grey level of Pillow's."""
        left, top, right, bottom = self.box
        return right - left >= LEAST_SHRINKING * self.size[0] and bottom - top >= LEAST_SHRINKING * self.size[1]


@lru_cache(maxsize=64)  # a camera's photos are of one size
def work_on(stored_size: Size, orientation: int, contract: Contract, *, may_scale: bool) -> Work:
    """The work on an image of that size and EXIF orientation; it `may_scale` if it is a JPEG, still to be decoded."""
    is_swapped = orientation in SWAPS_SIDES
    upright_size = stored_size[::-1] if is_swapped else stored_size
    scale = jpeg_scale(upright_size, contract) if may_scale else 1
    size, region = resized_size(upright_size, contract), used_region(upright_size, contract)
    if is_swapped:
        # The region lies in the middle, so that flips leave it where it is.
        size, region = size[::-1], (region[1], region[0], region[3], region[2])
    extent = (0.0, 0.0, stored_size[0] / scale, stored_size[1] / scale)
    return Work(stored_size, scale, orientation, within(extent, region, stored_size), size)
