"""Which part of a picture is used, how large it becomes, and how far a JPEG may be shrunk while it is decoded."""

from __future__ import annotations

from .contract import Contract

Size = tuple[int, int]
Box = tuple[float, float, float, float]


def used_region(size: Size, contract: Contract) -> Box:
    """Left, top, right and bottom of what is used of an upright image of (width, height); may cut through pixels."""
    width, height = size
    if contract.resize_method != "crop":
        return (0.0, 0.0, float(width), float(height))
    aspect = contract.width / contract.height
    region_width = min(width, height * aspect) * contract.crop_fraction
    region_height = min(height, width / aspect) * contract.crop_fraction
    left, top = (width - region_width) / 2, (height - region_height) / 2
    return (left, top, min(left + region_width, float(width)), min(top + region_height, float(height)))


def resized_size(size: Size, contract: Contract) -> Size:
    """Width and height that the used region becomes: the target, or for `pad` the largest that fits inside it."""
    if contract.resize_method != "pad":
        return (contract.width, contract.height)
    width, height = size
    scale = min(contract.width / width, contract.height / height)
    return (
        min(contract.width, max(1, round(width * scale))),
        min(contract.height, max(1, round(height * scale))),
    )


def jpeg_scale(size: Size, contract: Contract) -> int:
    """8, 4, 2 or 1: the largest divisor that leaves the used region large enough for the target.

    Args:
        size: width and height of the upright picture.
        contract: its `jpeg_scaled_decode` says how many times the target is large enough; 0 means never shrink.
    """
    wanted = contract.jpeg_scaled_decode
    if not wanted:
        return 1
    left, top, right, bottom = used_region(size, contract)
    width, height = resized_size(size, contract)
    ratio = min((right - left) / (wanted * width), (bottom - top) / (wanted * height))
    return next((scale for scale in (8, 4, 2) if scale <= ratio), 1)


def within(extent: Box, region: Box, size: Size) -> Box:
    """The region of a picture of that size, in the coordinates of an image in which the picture fills the extent."""
    left, top, right, bottom = extent
    across, down = (right - left) / size[0], (bottom - top) / size[1]
    return (
        left + region[0] * across,
        top + region[1] * down,
        min(left + region[2] * across, right),
        min(top + region[3] * down, bottom),
    )
