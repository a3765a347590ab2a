"""From pixels to the values that a model file takes, where its own graph does not do that."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .contract import Contract, Normalisation

_LEVELS = 256


def model_input(pixels: NDArray[np.uint8], contract: Contract) -> NDArray[np.uint8] | NDArray[np.float32]:
    """What the model file is given for these pixels.

    Args:
        pixels: as `Preprocessing.apply` makes them, uint8, shape (..., channels), RGB or grayscale.
        contract: of the model file.

    Returns:
        The pixels themselves where the file takes them raw; else an array of the same shape, BGR if the contract says
        so: float32 where the contract leaves the normalisation to the runtime.
    """
    if contract.normalisation.applied_by == "graph":
        return pixels if contract.channel_order == "RGB" else np.ascontiguousarray(pixels[..., ::-1])
    table = _table(contract.normalisation)
    channels = range(contract.channels) if contract.channel_order == "RGB" else reversed(range(contract.channels))
    values = np.empty(pixels.shape, np.float32)
    for place, channel in enumerate(channels):
        np.take(table[channel], pixels[..., channel], out=values[..., place])
    return values


@lru_cache(maxsize=8)
def _table(normalisation: Normalisation) -> NDArray[np.float32]:
    """What becomes of each level of each channel, shape (channels, 256); computed in float64 and rounded once."""
    scale, offset = (np.asarray(values)[:, np.newaxis] for values in (normalisation.scale, normalisation.offset))
    table: NDArray[np.float32] = (np.arange(_LEVELS) * scale + offset).astype(np.float32)
    table.flags.writeable = False
    return table


def value_range(contract: Contract) -> tuple[float, float]:
    """The least and greatest value that `model_input` can give under this contract."""
    if contract.normalisation.applied_by == "graph":
        return 0.0, float(_LEVELS - 1)
    table = _table(contract.normalisation)
    return float(table.min()), float(table.max())
