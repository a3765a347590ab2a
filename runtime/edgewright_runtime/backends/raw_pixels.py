"""Whether a model takes pixels as the contract makes them, 0 to 255, or wants them normalised outside its file."""

from __future__ import annotations

import numpy as np

from .base import Tensor

BRIGHTEST = 255.0

LEAST_BRIGHT = BRIGHTEST / 2
"""Where the range of a quantized input must not end before. Pixels never go below 0, so the range of an input that was
calibrated on them starts at 0 and ends at the brightest pixel seen: 255 nearly always, less for dark images. Of inputs
that are normalised outside, the range starts below 0 by a good part of itself, or ends at 1."""

UNMENTIONED = 0.95 * BRIGHTEST
"""From here on, what is clipped is not worth a warning."""


def input_range(tensor: Tensor) -> tuple[float, float] | None:
    """The least and greatest real value that a quantized input can hold; None where it is not quantized."""
    if tensor.scale == 0.0:
        return None
    limits = np.iinfo(np.dtype(tensor.dtype))
    return (
        (float(limits.min) - tensor.zero_point) * tensor.scale,
        (float(limits.max) - tensor.zero_point) * tensor.scale,
    )


def why_not_raw(tensor: Tensor) -> str | None:
    """What an input says that raw pixels must not be given to it, after `MODEL `; None where it takes them.

    A quantized input is read by its scale and zero point: its range must reach 0 and 255 within one step, or start at 0
    within one step and end no sooner than `LEAST_BRIGHT`. Its file's metadata is not asked, since readers give a
    quantized input the bytes as they are. A float input is read by the normalisation that the metadata states, if any.
    """
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
    if stated is None or (_all_near(stated.mean, 0.0) and _all_near(stated.std, 1.0)):
        return None
    mean, std = (", ".join(f"{each:.4g}" for each in values) for values in stated)
    return (
        f"says in its metadata that it wants pixels that were normalised outside the file (mean {mean}, standard "
        f"deviation {std})"
    )


def _all_near(values: tuple[float, ...], wanted: float) -> bool:
    return all(abs(value - wanted) <= 1e-6 for value in values)


def clipping(tensor: Tensor) -> str | None:
    """A warning where bright pixels do not fit into a quantized input; None where they do, but for a few."""
    found = input_range(tensor)
    if found is None or found[1] >= UNMENTIONED:
        return None
    return (
        f"its input ends at {found[1]:.4g}, so brighter pixels are clipped: it was calibrated on darker images than "
        f"there may be; calibrate it on images like those that it will see"
    )
