"""Random reads of a large array in a mapped file, which leave little of it in the process's memory."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgewright_runtime.pixel_cache import forget

RESIDENT_BYTES = 2**28
"""Of the file, in this process's memory; about so many."""


class Mapped:
    """An array in a mapped file, or in memory, read by places; threads may share it."""

    def __init__(self, values: NDArray[Any], *, resident_bytes: int = RESIDENT_BYTES) -> None:
        self._values, self._limit = values, resident_bytes
        self._read, self._lock = 0, threading.Lock()

    def at(self, places: NDArray[np.int64]) -> NDArray[Any]:
        """The rows at these places, in an array of their own."""
        found: NDArray[Any] = np.asarray(self._values[places])
        with self._lock:
            self._read += found.nbytes
            full = self._read >= self._limit
            if full:
                self._read = 0
        if full:
            forget(self._values)
        return found
