"""The preprocessing contract: data that travels with the model (preprocessing.json, schema versions 1 and 2)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from ..errors import EdgewrightError
from ..strict_json import read_object, write_object
from ..structured import check, from_builtins, rule

AnyContract = TypeVar("AnyContract", bound="Contract")

SCHEMA_VERSIONS = (1, 2)
"""Those that are read. Version 1 says what version 2 says with `_NEW_IN_2` at their defaults, and is written where that
suffices, so that older releases read all that they can run."""

COLOUR_MODES = ("RGB", "grayscale")
RESIZE_METHODS = ("squash", "crop", "pad")
INTERPOLATIONS = ("bilinear", "bicubic", "lanczos")
APPLIERS = ("graph", "runtime")
CHANNEL_ORDERS = ("RGB", "BGR")
OUTPUTS = ("probabilities", "logits")
_OPTIONAL = "decision_threshold"  # the one field that a contract may lack
_NEW_IN_2 = {"channel_order": "RGB", "output": "probabilities"}

FIXED_RULES: dict[str, str] = {
    "transparency": "composite over transparency_background at full size",
    "palette": "look colours up, then as transparency",
    "sixteen_bit": "grayscale: divide by 257 and round; colour: the high byte",
    "cmyk": "Pillow convert('RGB')",
    "grayscale": "ITU-R 601 luma, Pillow convert('L')",
    "icc_profile": "ignored",
    "animation": "first frame",
}
"""What is done with unusual images, in words. A contract that says otherwise is of a later version."""


_SIDE = rule(low=1, high=8192, must_be="a whole number of pixels from 1 to 8192")
_COLOUR = rule(low=0, high=255, must_be="three whole numbers from 0 to 255")
_PER_CHANNEL = rule(must_be="a list of finite numbers, one per channel")


@dataclass(frozen=True)
class Normalisation:
    """What is done to pixel values v in 0..255 before the network sees them: (v * scale) + offset.

    Attributes:
        scale: one factor per channel, in the order R, G, B.
        offset: one term per channel, in the order R, G, B.
        applied_by: `graph`, where the model's own graph does it and pixels go in as they are; or `runtime`, where the
            file takes values that this was done to, and the runtime does it.
    """

    scale: tuple[float, ...] = field(default=(1 / 127.5,) * 3, metadata=_PER_CHANNEL)
    offset: tuple[float, ...] = field(default=(-1.0,) * 3, metadata=_PER_CHANNEL)
    applied_by: str = field(default="graph", metadata=rule(among=APPLIERS))

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
        normalisation: what is done to the pixels afterwards, and whether by the graph or by the runtime.
        decision_threshold: of a model that had one output, the probability of the second label above which it says that
            label, in (0, 1). Recorded for readers; the graph has moved it to 0.5. None for any other model.
        channel_order: what the model file takes, `RGB` or `BGR`; turned round by the runtime, after the normalisation.
        output: what the model file gives, `probabilities` or `logits`, of which the runtime makes probabilities.
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
    channel_order: str = field(default="RGB", metadata=rule(among=CHANNEL_ORDERS))
    output: str = field(default="probabilities", metadata=rule(among=OUTPUTS))

    def __post_init__(self) -> None:
        check(self)
        _check_together(self)

    @property
    def channels(self) -> int:
        """3 for RGB, 1 for grayscale."""
        return 3 if self.colour_mode == "RGB" else 1

    @property
    def takes_raw_pixels(self) -> bool:
        """Whether the model file takes RGB pixels 0..255 as they are, or grayscale ones."""
        return self.normalisation.applied_by == "graph" and self.channel_order == "RGB"

    @property
    def schema_version(self) -> int:
        """The least version that says all of it."""
        return 1 if self.takes_raw_pixels and self.output == "probabilities" else 2

    def to_dict(self) -> dict[str, Any]:
        """The JSON object, with the schema version and the fixed rules in words."""
        fields, version = asdict(self), self.schema_version
        normalisation, threshold = fields.pop("normalisation"), fields.pop(_OPTIONAL)
        new = {name: fields.pop(name) for name in _NEW_IN_2}
        return {
            "schema_version": version,
            **fields,
            "rules": dict(FIXED_RULES),
            "normalisation": normalisation,
            **({} if version == 1 else new),
            **({} if threshold is None else {_OPTIONAL: threshold}),
        }

    @classmethod
    def from_dict(
        cls: type[AnyContract], value: dict[str, Any], *, where: str = "preprocessing contract"
    ) -> AnyContract:
        """The contract in a JSON object; unknown and missing fields are errors.

        Raises:
            EdgewrightError: anything about it is not as its schema version says.
        """
        version = value.get("schema_version")
        if isinstance(version, bool) or not isinstance(version, int) or version not in SCHEMA_VERSIONS:
            readable = " and ".join(map(str, SCHEMA_VERSIONS))
            raise EdgewrightError(f"{where} has schema version {version!r}; this release reads {readable}")
        made = from_builtins(cls, {_OPTIONAL: None, **_defaults(version, value, where), **value}, where=where)
        if value["rules"] != FIXED_RULES:
            raise EdgewrightError(f"{where} has other rules than schema version {version}: {value['rules']!r}")
        applied_by = made.normalisation.applied_by
        if version == 1 and applied_by != "graph":
            raise EdgewrightError(
                f"{where}: in schema version 1 normalisation is applied by the graph, not by {applied_by!r}"
            )
        return made

    @classmethod
    def load(cls: type[AnyContract], path: str | Path) -> AnyContract:
        """The contract in a preprocessing.json.

        Raises:
            EdgewrightError: the file cannot be read or is not a contract of these schema versions.
        """
        return cls.from_dict(read_object(Path(path)), where=str(path))

    def save(self, path: str | Path) -> None:
        """Writes the contract as JSON, whole or not at all."""
        write_object(Path(path), self.to_dict())


def _defaults(version: int, value: dict[str, Any], where: str) -> dict[str, str]:
    """What version 1 leaves unsaid, and must."""
    if version != 1:
        return {}
    said = next((name for name in _NEW_IN_2 if name in value), None)
    if said is not None:
        raise EdgewrightError(f"{where} has the field {said!r}, which schema version 1 has not; it is of version 2")
    return _NEW_IN_2


def _check_together(contract: Contract) -> None:
    """What no field tells alone."""
    if contract.resize_method != "crop" and contract.crop_fraction != 1:
        raise EdgewrightError(
            f"crop_fraction must be 1.0 where resize_method is {contract.resize_method!r}; only 'crop' uses it"
        )
    if not isinstance(contract.normalisation, Normalisation):
        raise EdgewrightError(f"normalisation must be a Normalisation, not {contract.normalisation!r}")
    if contract.channels == 1 and contract.channel_order != "RGB":
        raise EdgewrightError("channel_order must be 'RGB' where colour_mode is 'grayscale'; one channel has no order")
    if contract.decision_threshold == 1:
        raise EdgewrightError("decision_threshold must be above 0 and below 1, not 1.0")
    for name, numbers in (("scale", contract.normalisation.scale), ("offset", contract.normalisation.offset)):
        if len(numbers) != contract.channels:
            raise EdgewrightError(
                f"normalisation {name} needs {contract.channels} finite number(s), one per channel, not {numbers!r}"
            )
