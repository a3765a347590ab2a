"""Which epoch of a phase is the best."""

from __future__ import annotations

from collections.abc import Sequence

from .epoch import Epoch

_SIGNS = {"val_loss": 1, "val_accuracy": -1}


def best_of(epochs: Sequence[Epoch], monitor: str) -> Epoch:
    """The first of those with the lowest validation loss, or the highest validation accuracy, as `monitor` says."""
    return min(epochs, key=lambda epoch: _SIGNS[monitor] * float(getattr(epoch, monitor)))
