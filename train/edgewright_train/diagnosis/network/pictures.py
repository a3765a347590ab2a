"""Images as a probe can be given them where no backbone has features of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def small_pictures(images: NDArray[np.float32], *, side: int = 16) -> NDArray[np.float32]:
    """The mean colours of `side` by `side` cells, of shape (images, values)."""
    size = min(images.shape[1:3])
    side = min(side, size)
    edges = np.linspace(0, size, side + 1).astype(int)[:-1]
    rows = np.add.reduceat(images[:, :size, :size], edges, axis=1)
    cells = np.add.reduceat(rows, edges, axis=2)
    return cells.reshape(len(images), -1).astype(np.float32)
