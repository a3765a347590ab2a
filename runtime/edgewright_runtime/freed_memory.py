"""Memory that is freed and soon needed again, kept in the process."""

from __future__ import annotations

import numpy as np

_LARGEST_BYTES = 2**24


def keep_freed_memory() -> None:
    """Has glibc keep up to 32 MiB of freed memory for what is allocated next; elsewhere it does nothing.

    Each photo's pixels are allocated and freed again. As a process starts, glibc gives pieces above 128 KiB back to the
    system at once, and to get them anew page by page takes longer than to resize the picture. Freeing one large piece
    raises that limit to its size, and what is kept to twice its size (mallopt(3), M_MMAP_THRESHOLD). The piece is never
    touched, so it takes no memory itself.
    """
    np.empty(_LARGEST_BYTES, np.uint8)
