"""The contracts that are tried: value range, channel order, resize and crop, and where the labels begin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

from edgewright_runtime.backends.base import Tensor
from edgewright_runtime.backends.input_fit import likely_normalisation, why_not
from edgewright_runtime.preprocessing import Normalisation, Preprocessing
from edgewright_runtime.preprocessing.contract import CHANNEL_ORDERS
from edgewright_runtime.preprocessing.normalisations import DeclaredNormalisation, normalisation_named

from ..model_checks import ImageShape
from .ranges import ranges_beside, ranges_to_try

_IMAGENET_CROP = 0.875
"""224 of 256 pixels: the usual centre crop of ImageNet's evaluation."""


@dataclass(frozen=True)
class Geometry:
    """How a photograph reaches the model's size; see `Preprocessing`."""

    resize_method: str = "squash"
    crop_fraction: float = 1.0
    interpolation: str = "bilinear"


GEOMETRIES = (
    Geometry(),
    Geometry("crop"),
    Geometry("crop", _IMAGENET_CROP),
    Geometry("pad"),
    Geometry(interpolation="bicubic"),
    Geometry("crop", _IMAGENET_CROP, "bicubic"),
)
"""In the order in which equals are taken."""


@dataclass(frozen=True)
class Values:
    """What becomes of pixels; the channel order of the normalisation itself is not looked at.

    Attributes:
        normalisation: a row of the table, or what the user or the file says.
        channel_order: RGB or BGR.
    """

    normalisation: DeclaredNormalisation
    channel_order: str = "RGB"

    def declared(self) -> DeclaredNormalisation:
        """As the wrappers of float models take it."""
        return replace(self.normalisation, bgr=self.channel_order == "BGR")


@dataclass(frozen=True)
class Candidate:
    """One contract to try.

    Attributes:
        values: what becomes of pixels.
        geometry: how photographs are resized.
        label_offset: at which output the first label is; negative where the first labels have no output.
    """

    values: Values
    geometry: Geometry = GEOMETRIES[0]
    label_offset: int = 0


@dataclass(frozen=True)
class Known:
    """What need not be tried, for it was said; None where it must.

    Attributes:
        normalisation: what the model expects of pixels.
        channel_order: RGB or BGR.
        geometry: how photographs are resized.
        label_offset: at which output the first label is.
    """

    normalisation: DeclaredNormalisation | None = None
    channel_order: str | None = None
    geometry: Geometry | None = None
    label_offset: int | None = None


def contract_for(
    values: Values, geometry: Geometry, shape: ImageShape, *, output: str = "probabilities"
) -> Preprocessing:
    """The contract of a file that takes these values; raw pixels are left to its graph."""
    each = values.normalisation.for_channels(shape.channels)
    is_raw = set(each.scale) == {1.0} and set(each.offset) == {0.0}
    return Preprocessing(
        height=shape.height,
        width=shape.width,
        colour_mode="RGB" if shape.channels == 3 else "grayscale",
        resize_method=geometry.resize_method,
        crop_fraction=geometry.crop_fraction,
        interpolation=geometry.interpolation,
        normalisation=Normalisation(each.scale, each.offset, "graph" if is_raw else "runtime"),
        channel_order=values.channel_order,
        output=output,
    )


def values_to_try(tensor: Tensor, shape: ImageShape, known: Known) -> tuple[Values, ...]:
    """Those that the input can hold, RGB before BGR."""
    rows = _rows_to_try(tensor, shape) if known.normalisation is None else (replace(known.normalisation, bgr=False),)
    orders = CHANNEL_ORDERS if shape.channels == 3 else ("RGB",)
    if known.channel_order is not None:
        orders = (known.channel_order,)
    return tuple(
        Values(row, order)
        for order, row in product(orders, rows)
        if len(row.scale) in {1, shape.channels} and _fits(tensor, Values(row, order), shape)
    )


def _rows_to_try(tensor: Tensor, shape: ImageShape) -> tuple[DeclaredNormalisation, ...]:
    """Those of the table, and what the file's metadata states."""
    rows = ranges_to_try(shape.channels)
    stated = None if tensor.stated_normalisation is None else likely_normalisation(tensor)
    more = () if stated is None or stated in {row.name for row in rows} else (normalisation_named(stated),)
    return (*rows, *more)


def values_beside(tensor: Tensor, shape: ImageShape, values: Values) -> tuple[Values, ...]:
    """Those of another brightness or contrast that the input can hold."""
    found = (replace(values, normalisation=row) for row in ranges_beside(values.normalisation))
    return tuple(each for each in found if _fits(tensor, each, shape))


def _fits(tensor: Tensor, values: Values, shape: ImageShape) -> bool:
    return why_not(tensor, contract_for(values, GEOMETRIES[0], shape)) is None and _fits_type(tensor, values)


def _fits_type(tensor: Tensor, values: Values) -> bool:
    """Whole numbers without a scale can only be pixels."""
    return tensor.scale != 0 or tensor.dtype.startswith("float") or values.normalisation.name == "raw"


def offsets_to_try(outputs: int, labels: int, known: Known) -> tuple[int, ...]:
    """Where the first label may be: all labels must have an output, or all outputs a label."""
    if known.label_offset is not None:
        return (known.label_offset,)
    more = outputs - labels
    return tuple(sorted(range(min(0, more), max(0, more) + 1), key=lambda offset: offset != _usual(more)))


def _usual(more: int) -> int:
    """Of one output more than labels, the first is nearly always that of the background."""
    return more if abs(more) == 1 else 0
