"""How training images are changed at random."""

from __future__ import annotations

from dataclasses import dataclass, field

from edgewright_runtime.structured import check, rule

FILLS = ("reflect", "nearest", "constant")

_SHARE = rule(low=0, high=0.9)


@dataclass(frozen=True)
class Augmentation:
    """How far training images may be changed, at random, after preprocessing.

    Attributes:
        horizontal_flip: left and right may be swapped; not where they tell classes apart.
        vertical_flip: top and bottom may be swapped.
        rotation_degrees: at most, either way.
        zoom: at most, in or out, as a fraction: 0.2 shows 80 % to 120 % of the side.
        shift: at most, either way, as a fraction of the side.
        shear: at most, either way, as the tangent of the angle.
        fill: what lies beyond the image's edge: `reflect`, `nearest` or `constant` (black).
        brightness: what is added at most, either way, as a fraction of the range of values.
        brightness_factor: what values are multiplied by, as a fraction: 0.2 for 0.8 to 1.2.
        contrast: at most, either way, as a fraction.
        channel_shift: what is added to each channel by itself at most, either way, as a fraction of the range.
        mixup: alpha of the beta distribution that pairs of images are mixed by (Zhang et al. 2017, arXiv:1710.09412);
            0 for none.
        cutmix: alpha of the share of an image that a piece of another one covers (Yun et al. 2019, arXiv:1905.04899);
            0 for none. With both, each batch gets the one or the other.
    """

    horizontal_flip: bool
    vertical_flip: bool
    rotation_degrees: float = field(metadata=rule(low=0, high=180))
    zoom: float = field(metadata=_SHARE)
    shift: float = field(metadata=_SHARE)
    shear: float = field(metadata=_SHARE)
    fill: str = field(metadata=rule(among=FILLS))
    brightness: float = field(metadata=_SHARE)
    brightness_factor: float = field(metadata=_SHARE)
    contrast: float = field(metadata=_SHARE)
    channel_shift: float = field(metadata=_SHARE)
    mixup: float = field(metadata=rule(low=0, high=8))
    cutmix: float = field(metadata=rule(low=0, high=8))

    def __post_init__(self) -> None:
        check(self)

    @property
    def mixes(self) -> bool:
        """Whether images of a batch are mixed with each other, and their labels with them."""
        return bool(self.mixup or self.cutmix)
