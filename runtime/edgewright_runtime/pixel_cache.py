"""Many images' pixels at once, decoded by several threads into one array on disk."""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .atomic import cannot_write
from .console import progress
from .errors import EdgewrightError
from .hashing import content_of
from .preprocessing import Preprocessing
from .preprocessing.source import described
from .run.splits import SplitRow, locate

_RESIDENT_BYTES = 2**28
"""Of the file, in this process's memory while it is written; about so many."""


@contextlib.contextmanager
def cached_pixels(
    rows: Sequence[SplitRow], contract: Preprocessing, *, run_path: Path, description: str = "Reading images"
) -> Iterator[NDArray[np.uint8]]:
    """The rows' pixels as the model takes them, uint8 of shape (n, height, width, channels).

    They lie in a temporary file, so that a large split costs disk and not memory; it goes away with the block.

    Raises:
        EdgewrightError: an image is missing, unreadable, or no longer the one that splits.csv describes.
    """
    shape = (len(rows), contract.height, contract.width, contract.channels)
    if not rows:  # an empty file can be neither reserved nor mapped
        yield np.zeros(shape, np.uint8)
        return
    with tempfile.TemporaryFile(prefix="edgewright-") as file:
        reserve(file.fileno(), math.prod(shape))
        pixels: NDArray[np.uint8] = np.memmap(file, dtype=np.uint8, mode="r+", shape=shape)

        often = max(1, _RESIDENT_BYTES // math.prod(shape[1:]))

        def read(index: int) -> None:
            pixels[index] = _pixels_of(rows[index], contract, run_path)
            if index % often == often - 1:
                forget(pixels)
            advance()

        # Pillow lets go of Python's lock while it decodes and resizes.
        with progress(description, len(rows)) as advance, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for done in [pool.submit(read, index) for index in range(len(rows))]:
                done.result()
        yield pixels


def forget(values: NDArray[Any]) -> None:
    """Takes an array that lies in a mapped file out of this process's memory; the file keeps it, for later reads.

    The system would do so itself before it ran out of memory; until then the process looks as large as the file.
    """
    mapped = getattr(values, "_mmap", None)
    if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def reserve(descriptor: int, size_bytes: int) -> None:
    """Takes the space on disk now: writing to a mapped file on a full disk would kill the process instead.

    Raises:
        EdgewrightError: there is no room.
    """
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size_bytes)
        else:
            os.ftruncate(descriptor, size_bytes)
    except OSError as error:
        raise cannot_write(Path(tempfile.gettempdir()), error) from error


def _pixels_of(row: SplitRow, contract: Preprocessing, run_path: Path) -> NDArray[np.uint8]:
    path = locate(row.path, run_path)
    try:
        with content_of(path) as content:
            if content.sha256 != row.sha256:
                raise EdgewrightError(
                    f"{path} is not the image that the data set was read with (its SHA-256 differs from splits.csv); "
                    f"restore it, or start from the data set again"
                )
            return contract.apply(content.source, name=described(path))
    except OSError as error:
        raise EdgewrightError(f"Cannot read {path}: {error.strerror or error}") from error
