"""Whether a model file takes the values that its contract makes, by what the file itself says of its input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..preprocessing import Contract
from ..preprocessing.model_input import value_range
from ..preprocessing.normalisations import NORMALISATIONS, DeclaredNormalisation
from .base import Tensor

BRIGHTEST = 255.0

LEAST_BRIGHT = BRIGHTEST / 2
"""Where the range of a quantized input must not end before. Pixels never go below 0, so the range of an input that was
calibrated on them starts at 0 and ends at the brightest pixel seen: 255 nearly always, less for dark images. Of inputs
that are normalised outside, the range starts below 0 by a good part of itself, or ends at 1."""

UNMENTIONED = 0.95 * BRIGHTEST
"""From here on, what is clipped is not worth a warning."""


_CLIPPED, _LEVELS_USED = 0.1, 0.5
"""Share of the contract's range that may lie outside a quantized input's, whose calibration images need not reach both
ends; and the share of the input's range that the contract's must fill, or most of its 256 levels are never used."""

_ALIKE = 0.15
"""How far a known normalisation's range may be from the input's, as a share of it, to be named as the likely one."""


def input_range(tensor: Tensor) -> tuple[float, float] | None:
    """The least and greatest real value that a quantized input can hold; None where it is not quantized."""
    if tensor.scale == 0.0:
        return None
    limits = np.iinfo(np.dtype(tensor.dtype))
    return (
        (float(limits.min) - tensor.zero_point) * tensor.scale,
        (float(limits.max) - tensor.zero_point) * tensor.scale,
    )


def _as_quantized(tensor: Tensor) -> Tensor:
    """An input of whole numbers without quantization as one whose stored values mean themselves; others as they are."""
    is_whole = tensor.scale == 0.0 and np.issubdtype(np.dtype(tensor.dtype), np.integer)
    return replace(tensor, scale=1.0, zero_point=0) if is_whole else tensor


def why_not(tensor: Tensor, contract: Contract) -> str | None:
    """Why the contract does not fit the input, after `MODEL `; None where it does or where nothing can be told."""
    return why_not_raw(tensor) if contract.normalisation.applied_by == "graph" else _why_not_values(tensor, contract)


def _why_not_values(tensor: Tensor, contract: Contract) -> str | None:
    """Of values that the runtime normalises, into an input of whole numbers; a float input takes whatever comes."""
    tensor = _as_quantized(tensor)
    found = input_range(tensor)
    if found is None:
        return None
    (low, high), (least, greatest) = found, value_range(contract)
    span = greatest - least
    clipped = max(low - least, 0.0) + max(greatest - high, 0.0)
    if clipped <= _CLIPPED * span + tensor.scale and span >= _LEVELS_USED * (high - low):
        return None
    return (
        f"takes input values from {low:.4g} to {high:.4g} (scale {tensor.scale:.4g}, zero point {tensor.zero_point}), "
        f"and is given {least:.4g} to {greatest:.4g}"
    )


def likely_normalisation(tensor: Tensor) -> str | None:
    """The normalisation that the input's own range, or its metadata, speaks for: a known name or `SCALE,OFFSET`."""
    stated = _as_declared(tensor)
    if stated is not None:
        return stated
    found = input_range(_as_quantized(tensor))
    if found is None:
        return None
    ranges = {name: _range_of(row) for name, row in NORMALISATIONS.items() if _is_for(row, tensor.shape[-1])}
    gaps = {name: max(abs(a - b) for a, b in zip(found, each, strict=True)) for name, each in ranges.items()}
    nearest = min(gaps, key=gaps.__getitem__)
    return nearest if gaps[nearest] <= _ALIKE * (found[1] - found[0]) else None


def _as_declared(tensor: Tensor) -> str | None:
    """What a float input's metadata states: a known name, or else `SCALE,OFFSET` where it states the same of all."""
    stated = tensor.stated_normalisation
    if stated is None or tensor.scale or not stated.mean or not stated.std or not all(stated.std):
        return None
    channels = max(len(stated.mean), len(stated.std))
    means, stds = (values * channels if len(values) == 1 else values for values in stated)
    if len(means) != len(stds):
        return None
    scale = tuple(1 / std for std in stds)
    offset = tuple(-mean / std for mean, std in zip(means, stds, strict=True))
    for name, row in NORMALISATIONS.items():
        if not row.bgr and _all_near(scale, row.scale) and _all_near(offset, row.offset):
            return name
    return f"{scale[0]:.8g},{offset[0]:.8g}" if len({*zip(scale, offset, strict=True)}) == 1 else None


def _is_for(row: DeclaredNormalisation, channels: int | None) -> bool:
    return channels != 1 or (len(row.scale) == 1 and not row.bgr)


def _range_of(row: DeclaredNormalisation) -> tuple[float, float]:
    ends = [level * scale + offset for scale, offset in zip(row.scale, row.offset, strict=False) for level in (0, 255)]
    return min(ends), max(ends)


def why_not_raw(tensor: Tensor) -> str | None:
    """What an input says that raw pixels must not be given to it, after `MODEL `; None where it takes them.

    A quantized input is read by its scale and zero point, one of whole numbers as if they were 1 and 0: its range must
    reach 0 and 255 within one step, or start at 0 within one step and end no sooner than `LEAST_BRIGHT`. Its file's
    metadata is not asked, since readers give it the bytes as they are. A float input is read by the normalisation that
    the metadata states, if any.
    """
    tensor = _as_quantized(tensor)
    found = input_range(tensor)
    if found is None:
        return _why_not_by_metadata(tensor)
    low, high = found
    step = tensor.scale
    if low <= step and high >= (LEAST_BRIGHT if low >= -step else BRIGHTEST - step):
        return None
    return (
        f"takes input values from {low:.4g} to {high:.4g} (scale {step:.4g}, zero point {tensor.zero_point}), so pixel "
        f"values above {high:.4g} would all be one: it wants pixels that were normalised outside the file"
    )


def _why_not_by_metadata(tensor: Tensor) -> str | None:
    stated = tensor.stated_normalisation
    if stated is None or (_all_near(stated.mean, (0.0,)) and _all_near(stated.std, (1.0,))):
        return None
    mean, std = (", ".join(f"{each:.4g}" for each in values) for values in stated)
    return (
        f"says in its metadata that it wants pixels that were normalised outside the file (mean {mean}, standard "
        f"deviation {std})"
    )


def _all_near(values: tuple[float, ...], wanted: tuple[float, ...]) -> bool:
    """Whether each value is as wanted, or as the one that is wanted of all."""
    each = wanted * len(values) if len(wanted) == 1 else wanted
    return len(each) == len(values) and all(abs(value - want) <= 1e-6 for value, want in zip(values, each, strict=True))


def clipping(tensor: Tensor) -> str | None:
    """A warning where bright pixels do not fit into an input that takes them raw; None where they do, but for a few."""
    found = input_range(tensor)
    if found is None or found[1] >= UNMENTIONED or why_not_raw(tensor) is not None:
        return None
    return (
        f"its input ends at {found[1]:.4g}, so brighter pixels are clipped: it was calibrated on darker images than "
        f"there may be; calibrate it on images like those that it will see"
    )
