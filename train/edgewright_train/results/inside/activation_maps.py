"""What the layers make of one image, from the first to the last."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .colours import coloured, stretched
from .gallery import Exhibit, Gallery, Row
from .subject import Subject

_DEPTHS, _CHANNELS = 4, 5


def look(subject: Subject) -> Gallery | None:
    """A few channels at a few depths for one image, the one whose answer is surest and right; None without maps."""
    if not subject.parts.maps:
        return None
    predictions = subject.predictions
    chosen = [*predictions.sure_and_right(1), *predictions.confident_mistakes(1)][0]
    layers = subject.parts.depths(_DEPTHS)
    maps = subject.parts.outputs(layers, subject.photos.batch(np.array([chosen])))
    rows = [Row((Exhibit(subject.photos.at(chosen), subject.caption(chosen)),), "The image")]
    for layer, values in zip(layers, maps, strict=True):
        height, width = values.shape[1:3]
        rows.append(Row(_strongest(values[0]), f"{layer.name}: {height} x {width}, {values.shape[3]} channels"))
    meaning = (
        "The channels that vary most at each depth, bright where they are active: first edges and colours where they "
        "are in the image, at the end a few places that stand for a whole thing."
    )
    return Gallery("activation_maps", "What the layers make of an image", meaning, tuple(rows))


def _strongest(maps: NDArray[np.float32]) -> tuple[Exhibit, ...]:
    order = np.argsort(-maps.std(axis=(0, 1)), kind="stable")[:_CHANNELS]
    return tuple(Exhibit(coloured(stretched(maps[..., channel])), f"channel {channel}") for channel in order)
