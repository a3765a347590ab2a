"""Memory that was freed, given back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys


def return_freed_memory() -> None:
    """Lets go of unreachable models, and on Linux hands the system what the allocator keeps for later.

    Models and traced functions refer to themselves, so that only the collector frees them; and glibc keeps the gaps
    that activations of all sizes leave behind: half a gigabyte after each candidate of an INT8 conversion.
    """
    gc.collect()
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
    if trim is not None:
        trim(0)
