"""The ranges of values that are tried: those that have a name, a few that have none, and those beside the best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from edgewright_runtime.preprocessing.normalisations import (
    NORMALISATIONS,
    DeclaredNormalisation,
    normalisation_named,
)

_MIDDLE = 127.5


def _scaled(scale: float, offset: float) -> DeclaredNormalisation:
    """The row that the user would ask for by two numbers."""
    return normalisation_named(f"{scale:.10g},{offset:.10g}")


_COLOUR = (_scaled(1 / 255, -0.5),)
"""Pixels about 0. Less 128 they are too near to `imagenet-caffe` to be told from it, or to need to be."""

_GREY = (
    *_COLOUR,
    _scaled(1.0, -128.0),
    _scaled(1 / (255 * 0.226), -0.449 / 0.226),  # the mean over the channels of torchvision's mean and deviation
    _scaled(1 / (255 * 0.3081), -0.1307 / 0.3081),  # MNIST's mean and deviation
)


def ranges_to_try(channels: int) -> tuple[DeclaredNormalisation, ...]:
    """Those with a name first; the channel order is left open."""
    more = _GREY if channels == 1 else _COLOUR
    rows = (row for row in (*NORMALISATIONS.values(), *more) if len(row.scale) in {1, channels})
    return tuple(replace(row, bgr=False) for row in rows)


def ranges_beside(row: DeclaredNormalisation) -> Iterator[DeclaredNormalisation]:
    """Twice the contrast, half of it, and half of the range brighter and darker; none of a row with several scales.

    Where one of them does better, the model was made for a range that none of those tried is.
    """
    if len(set(row.scale)) > 1 or len(set(row.offset)) > 1:
        return
    scale, offset = row.scale[0], row.offset[0]
    shift = _MIDDLE * scale
    yield _scaled(scale * 2, offset - shift)
    yield _scaled(scale / 2, offset + shift / 2)
    yield _scaled(scale, offset + shift)
    yield _scaled(scale, offset - shift)
