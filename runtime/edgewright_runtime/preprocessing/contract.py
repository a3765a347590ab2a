"""The preprocessing contract: data that travels with the model (preprocessing.json, schema version 1)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from ..errors import EdgewrightError
from ..strict_json import read_object, write_object
from ..structured import check, from_builtins, rule

AnyContract = TypeVar("AnyContract", bound="Contract")

SCHEMA_VERSION = 1
COLOUR_MODES = ("RGB", "grayscale")
RESIZE_METHODS = ("squash", "crop", "pad")
INTERPOLATIONS = ("bilinear", "bicubic", "lanczos")
_OPTIONAL = "decision_threshold"  # the one field that a contract may lack

FIXED_RULES: dict[str, str] = {
    "transparency": "composite over transparency_background at full size",
    "palette": "look colours up, then as transparency",
    "sixteen_bit": "grayscale: divide by 257 and round; colour: the high byte",
    "cmyk": "Pillow convert('RGB')",
    "grayscale": "ITU-R 601 luma, Pillow convert('L')",
    "icc_profile": "ignored",
    "animation": "first frame",
}
"""What schema version 1 does with unusual images, in words. A contract that says otherwise is of another version."""


_SIDE = rule(low=1, high=8192, must_be="a whole number of pixels from 1 to 8192")
_COLOUR = rule(low=0, high=255, must_be="three whole numbers from 0 to 255")
_PER_CHANNEL = rule(must_be="a list of finite numbers, one per channel")


@dataclass(frozen=True)
class Normalisation:
    """What the graph does to pixel values v in 0..255: (v * scale) + offset. Recorded for readers; never applied here.

    Attributes:
        scale: one factor per channel.
        offset: one term per channel.
    """

    also_in_files: ClassVar[tuple[str, ...]] = ("applied_by",)

    scale: tuple[float, ...] = field(default=(1 / 127.5,) * 3, metadata=_PER_CHANNEL)
    offset: tuple[float, ...] = field(default=(-1.0,) * 3, metadata=_PER_CHANNEL)

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Contract:
    """How a file becomes the model's input, as data. `Preprocessing` is this and does it.

    Attributes:
        height: rows of the model's input, pixels.
        width: columns of the model's input, pixels.
        colour_mode: `RGB`, or `grayscale` (ITU-R 601 luma, one channel).
        resize_method: `squash` (aspect ratio not kept), `crop` (the largest centred region of the target's aspect
            ratio, times `crop_fraction`) or `pad` (the whole image centred on `pad_colour`).
        crop_fraction: share of each side of that region that is kept, in (0, 1]; 1.0 unless cropping.
        pad_colour: RGB, 0..255.
        interpolation: Pillow's antialiased `bilinear`, `bicubic` or `lanczos`.
        exif_orientation: whether the camera's rotation is undone first.
        transparency_background: RGB, 0..255, that transparent pixels show.
        jpeg_scaled_decode: a JPEG may be decoded at 1/2, 1/4 or 1/8 size while the part of it that is used stays at
            least this many times the target on both sides; 0 means never.
        normalisation: what the graph does afterwards.
        decision_threshold: of a model that had one output, the probability of the second label above which it says that
            label, in (0, 1). Recorded for readers; the graph has moved it to 0.5. None for any other model.
    """

    also_in_files: ClassVar[tuple[str, ...]] = ("schema_version", "rules")

    height: int = field(metadata=_SIDE)
    width: int = field(metadata=_SIDE)
    colour_mode: str = field(default="RGB", metadata=rule(among=COLOUR_MODES))
    resize_method: str = field(default="squash", metadata=rule(among=RESIZE_METHODS))
    crop_fraction: float = field(default=1.0, metadata=rule(above=0, high=1))
    pad_colour: tuple[int, int, int] = field(default=(0, 0, 0), metadata=_COLOUR)
    interpolation: str = field(default="bilinear", metadata=rule(among=INTERPOLATIONS))
    exif_orientation: bool = True
    transparency_background: tuple[int, int, int] = field(default=(255, 255, 255), metadata=_COLOUR)
    jpeg_scaled_decode: int = field(default=2, metadata=rule(low=0, high=64, must_be="a whole number from 0 to 64"))
    normalisation: Normalisation = field(default_factory=Normalisation)
    decision_threshold: float | None = field(
        default=None, metadata=rule(above=0, high=1, must_be="above 0 and below 1")
    )

    def __post_init__(self) -> None:
        check(self)
        _check_together(self)

    @property
    def channels(self) -> int:
        """3 for RGB, 1 for grayscale."""
        return 3 if self.colour_mode == "RGB" else 1

    def to_dict(self) -> dict[str, Any]:
        """The JSON object, with the schema version and the fixed rules in words."""
        fields = asdict(self)
        normalisation, threshold = fields.pop("normalisation"), fields.pop(_OPTIONAL)
        return {
            "schema_version": SCHEMA_VERSION,
            **fields,
            "rules": dict(FIXED_RULES),
            "normalisation": {**normalisation, "applied_by": "graph"},
            **({} if threshold is None else {_OPTIONAL: threshold}),
        }

    @classmethod
    def from_dict(
        cls: type[AnyContract], value: dict[str, Any], *, where: str = "preprocessing contract"
    ) -> AnyContract:
        """The contract in a JSON object; unknown and missing fields are errors.

        Raises:
            EdgewrightError: anything about it is not as schema version 1 says.
        """
        version = value.get("schema_version")
        if isinstance(version, bool) or not isinstance(version, int) or version != SCHEMA_VERSION:
            raise EdgewrightError(f"{where} has schema version {version!r}; this release reads {SCHEMA_VERSION}")
        made = from_builtins(cls, {_OPTIONAL: None, **value}, where=where)
        if value["rules"] != FIXED_RULES:
            raise EdgewrightError(f"{where} has other rules than schema version {SCHEMA_VERSION}: {value['rules']!r}")
        applied_by = value["normalisation"]["applied_by"]
        if applied_by != "graph":
            raise EdgewrightError(f"{where}: normalisation is applied by the graph, not by {applied_by!r}")
        return made

    @classmethod
    def load(cls: type[AnyContract], path: str | Path) -> AnyContract:
        """The contract in a preprocessing.json.

        Raises:
            EdgewrightError: the file cannot be read or is not a contract of this schema version.
        """
        return cls.from_dict(read_object(Path(path)), where=str(path))

    def save(self, path: str | Path) -> None:
        """Writes the contract as JSON, whole or not at all."""
        write_object(Path(path), self.to_dict())


def _check_together(contract: Contract) -> None:
    """What no field tells alone."""
    if contract.resize_method != "crop" and contract.crop_fraction != 1:
        raise EdgewrightError(
            f"crop_fraction must be 1.0 where resize_method is {contract.resize_method!r}; only 'crop' uses it"
        )
    if not isinstance(contract.normalisation, Normalisation):
        raise EdgewrightError(f"normalisation must be a Normalisation, not {contract.normalisation!r}")
    if contract.decision_threshold == 1:
        raise EdgewrightError("decision_threshold must be above 0 and below 1, not 1.0")
    for name, numbers in (("scale", contract.normalisation.scale), ("offset", contract.normalisation.offset)):
        if len(numbers) != contract.channels:
            raise EdgewrightError(
                f"normalisation {name} needs {contract.channels} finite number(s), one per channel, not {numbers!r}"
            )
