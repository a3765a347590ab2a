"""The table of declared normalisations: what a model made elsewhere expects in place of raw pixels."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import EdgewrightError
from ..suggestion import unknown_name


@dataclass(frozen=True)
class DeclaredNormalisation:
    """From an RGB pixel v in 0..255 to v * scale + offset, and perhaps to BGR afterwards.

    Attributes:
        name: as the user wrote it.
        scale: one factor, or one per channel in the order R, G, B.
        offset: as many terms.
        bgr: whether the channels are turned round after that.
    """

    name: str
    scale: tuple[float, ...]
    offset: tuple[float, ...]
    bgr: bool = False

    @property
    def is_identity(self) -> bool:
        """Whether raw pixels stay as they are."""
        return set(self.scale) == {1.0} and set(self.offset) == {0.0} and not self.bgr

    def for_channels(self, channels: int) -> DeclaredNormalisation:
        """The same with one scale and offset per channel.

        Raises:
            EdgewrightError: it is meant for another number of channels.
        """
        if len(self.scale) not in {1, channels} or (self.bgr and channels != 3):
            raise EdgewrightError(
                f"The normalisation {self.name} is for {len(self.scale)} channels, the model takes {channels}; give "
                f"SCALE,OFFSET instead"
            )
        scale, offset = (
            values if len(values) == channels else values * channels for values in (self.scale, self.offset)
        )
        return DeclaredNormalisation(self.name, scale, offset, self.bgr)


# torchvision's ImageNet statistics, of values in 0..1.
_TORCH_MEAN, _TORCH_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# The ImageNet means of Caffe's models in R, G, B, of values in 0..255 (keras.applications, mode "caffe").
_CAFFE_MEAN = (123.68, 116.779, 103.939)

NORMALISATIONS: dict[str, DeclaredNormalisation] = {
    row.name: row
    for row in (
        DeclaredNormalisation("raw", (1.0,), (0.0,)),
        DeclaredNormalisation("unit", (1 / 255,), (0.0,)),
        DeclaredNormalisation("minus-one-to-one", (1 / 127.5,), (-1.0,)),
        DeclaredNormalisation(
            "imagenet-torch",
            tuple(1 / (255 * std) for std in _TORCH_STD),
            tuple(-mean / std for mean, std in zip(_TORCH_MEAN, _TORCH_STD, strict=True)),
        ),
        DeclaredNormalisation("imagenet-caffe", (1.0,) * 3, tuple(-mean for mean in _CAFFE_MEAN), bgr=True),
    )
}


def normalisation_named(text: str) -> DeclaredNormalisation:
    """The row of that name, or what two numbers `SCALE,OFFSET` say.

    Raises:
        EdgewrightError: neither; the sentence names the nearest.
    """
    if text in NORMALISATIONS:
        return NORMALISATIONS[text]
    try:
        scale, offset = (float(part) for part in text.split(","))
    except ValueError as error:
        raise EdgewrightError(unknown_name("normalisation", text, NORMALISATIONS)) from error
    if not (abs(scale) < float("inf") and abs(offset) < float("inf")) or scale == 0:
        raise EdgewrightError(f"{text!r} is no normalisation: SCALE,OFFSET are finite numbers and SCALE is not 0")
    return DeclaredNormalisation(text, (scale,), (offset,))
