"""The preprocessing contract: data that travels with the model (preprocessing.json, schema version 1)."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import EdgewrightError
from ..strict_json import check_fields, read_object, write_object
from ..suggestion import unknown_name
from .decode import decode
from .fit import fit
from .source import ImageSource

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


@dataclass(frozen=True)
class Normalisation:
    """What the graph does to pixel values v in 0..255: (v * scale) + offset. Recorded for readers; never applied here.

    Attributes:
        scale: one factor per channel.
        offset: one term per channel.
    """

    scale: tuple[float, ...] = (1 / 127.5,) * 3
    offset: tuple[float, ...] = (-1.0,) * 3


@dataclass(frozen=True)
class Preprocessing:
    """How a file becomes the model's input.

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

    height: int
    width: int
    colour_mode: str = "RGB"
    resize_method: str = "squash"
    crop_fraction: float = 1.0
    pad_colour: tuple[int, int, int] = (0, 0, 0)
    interpolation: str = "bilinear"
    exif_orientation: bool = True
    transparency_background: tuple[int, int, int] = (255, 255, 255)
    jpeg_scaled_decode: int = 2
    normalisation: Normalisation = field(default_factory=Normalisation)
    decision_threshold: float | None = None

    def __post_init__(self) -> None:
        _check(self)

    @property
    def channels(self) -> int:
        """3 for RGB, 1 for grayscale."""
        return 3 if self.colour_mode == "RGB" else 1

    def apply(self, image: ImageSource) -> NDArray[np.uint8]:
        """The image as the model's input.

        Args:
            image: a path, the bytes of a file, an open binary file (read from its start), a PIL image (its current
                frame; always decoded at full size), or a uint8 array of shape (h, w), (h, w, 1), (h, w, 3) RGB or
                (h, w, 4) RGBA. Pixels of an image or array are not changed.

        Returns:
            uint8 array of shape (height, width, 3), values 0..255; (height, width, 1) if the contract says grayscale.

        Raises:
            ImageReadError: the image cannot be read, is too large, or is not of an accepted format.
        """
        return fit(decode(image, self), self)

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
    def from_dict(cls, value: dict[str, Any], *, where: str = "preprocessing contract") -> Preprocessing:
        """The contract in a JSON object; unknown and missing fields are errors.

        Raises:
            EdgewrightError: anything about it is not as schema version 1 says.
        """
        version = value.get("schema_version")
        if isinstance(version, bool) or not isinstance(version, int) or version != SCHEMA_VERSION:
            raise EdgewrightError(f"{where} has schema version {version!r}; this release reads {SCHEMA_VERSION}")
        names = frozenset(cls.__dataclass_fields__) - ({_OPTIONAL} - value.keys())
        check_fields(value, names | {"schema_version", "rules"}, where)
        if value["rules"] != FIXED_RULES:
            raise EdgewrightError(f"{where} has other rules than schema version {SCHEMA_VERSION}: {value['rules']!r}")
        try:
            return cls(**{name: _frozen(name, value[name], where) for name in names})
        except EdgewrightError as error:
            raise EdgewrightError(f"{where}: {error}") from error

    @classmethod
    def load(cls, path: str | Path) -> Preprocessing:
        """The contract in a preprocessing.json.

        Raises:
            EdgewrightError: the file cannot be read or is not a contract of this schema version.
        """
        return cls.from_dict(read_object(Path(path)), where=str(path))

    def save(self, path: str | Path) -> None:
        """Writes the contract as JSON, whole or not at all."""
        write_object(Path(path), self.to_dict())


def _frozen(name: str, value: Any, where: str) -> Any:
    if name == "normalisation":
        if not isinstance(value, dict):
            raise EdgewrightError(f"{where}: normalisation must be an object")
        check_fields(value, frozenset({"scale", "offset", "applied_by"}), f"{where}, normalisation")
        if value["applied_by"] != "graph":
            raise EdgewrightError(f"{where}: normalisation is applied by the graph, not by {value['applied_by']!r}")
        return Normalisation(_numbers(value["scale"], where), _numbers(value["offset"], where))
    return tuple(value) if isinstance(value, list) else value


def _numbers(value: Any, where: str) -> tuple[float, ...]:
    if not isinstance(value, list) or not all(_is_number(item) for item in value):
        raise EdgewrightError(f"{where}: scale and offset are lists of numbers, one per channel")
    try:
        return tuple(float(item) for item in value)
    except OverflowError as error:
        raise EdgewrightError(f"{where}: scale and offset must be finite numbers") from error


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _check(contract: Preprocessing) -> None:
    for name in ("height", "width"):
        size = getattr(contract, name)
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= 8192:
            raise EdgewrightError(f"{name} must be a whole number of pixels from 1 to 8192, not {size!r}")
    _check_choice("colour mode", contract.colour_mode, COLOUR_MODES)
    _check_choice("resize method", contract.resize_method, RESIZE_METHODS)
    _check_choice("interpolation", contract.interpolation, INTERPOLATIONS)
    if not _is_number(contract.crop_fraction) or not 0 < contract.crop_fraction <= 1:
        raise EdgewrightError(f"crop_fraction must be above 0 and at most 1, not {contract.crop_fraction!r}")
    if contract.resize_method != "crop" and contract.crop_fraction != 1:
        raise EdgewrightError(
            f"crop_fraction must be 1.0 where resize_method is {contract.resize_method!r}; only 'crop' uses it"
        )
    for name in ("pad_colour", "transparency_background"):
        _check_colour(name, getattr(contract, name))
    if not isinstance(contract.exif_orientation, bool):
        raise EdgewrightError(f"exif_orientation must be true or false, not {contract.exif_orientation!r}")
    ratio = contract.jpeg_scaled_decode
    if isinstance(ratio, bool) or not isinstance(ratio, int) or not 0 <= ratio <= 64:
        raise EdgewrightError(f"jpeg_scaled_decode must be a whole number from 0 to 64, not {ratio!r}")
    _check_normalisation(contract)
    threshold = contract.decision_threshold
    if threshold is not None and (not _is_number(threshold) or not 0 < threshold < 1):
        raise EdgewrightError(f"decision_threshold must be above 0 and below 1, not {threshold!r}")


def _check_choice(kind: str, given: Any, known: tuple[str, ...]) -> None:
    if given not in known:
        raise EdgewrightError(unknown_name(kind, str(given), known))


def _check_colour(name: str, value: Any) -> None:
    whole = isinstance(value, tuple) and len(value) == 3
    if not whole or not all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= 255 for v in value):
        raise EdgewrightError(f"{name} must be three whole numbers from 0 to 255, not {value!r}")


def _check_normalisation(contract: Preprocessing) -> None:
    for name, numbers in (("scale", contract.normalisation.scale), ("offset", contract.normalisation.offset)):
        whole = isinstance(numbers, tuple) and len(numbers) == contract.channels and all(map(_is_number, numbers))
        if not whole or not all(-math.inf < number < math.inf for number in numbers):
            raise EdgewrightError(
                f"normalisation {name} needs {contract.channels} finite number(s), one per channel, not {numbers!r}"
            )
