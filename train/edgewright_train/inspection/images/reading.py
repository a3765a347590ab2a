"""All files of a data set, decoded by several processes; what comes back is taken up as it comes."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context

from edgewright_runtime.dataset.types import ListedFile, RejectedFile
from edgewright_runtime.errors import EdgewrightError

from .image_facts import Read, read_image

_CHUNK = 16  # files that a process is handed at once
_AHEAD = 4  # chunks for each process that may wait to be taken up: what bounds the memory
_FEW = 64  # files that are read sooner than another process has started


def read_images(
    files: Sequence[ListedFile], *, side: int, processes: int | None = None
) -> Iterator[Read | RejectedFile]:
    """For each file in turn its facts and pixels, or why it is no image; few of them are in memory at once.

    Args:
        files: of the data set.
        side: of the pixels, a multiple of 32.
        processes: that decode; as many as there are processors if not given.

    Raises:
        EdgewrightError: a process was killed, as happens where memory runs out.
    """
    count = processes or _processors()
    if count == 1 or len(files) <= _FEW:
        yield from (read_image(file, side) for file in files)
        return
    chunks = (files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK))
    # Not forked: TensorFlow's threads, where it is loaded, do not live on in a forked process.
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        work = partial(_read_chunk, side=side)
        waiting = [pool.submit(work, chunk) for chunk in itertools.islice(chunks, count * _AHEAD)]
        try:
            while waiting:
                yield from waiting.pop(0).result()
                waiting += [pool.submit(work, chunk) for chunk in itertools.islice(chunks, 1)]
        except BrokenProcessPool as error:
            raise EdgewrightError(
                "A process that reads images was ended from outside, perhaps for want of memory; give fewer --jobs"
            ) from error
        finally:
            for each in waiting:
                each.cancel()


def _read_chunk(files: Sequence[ListedFile], *, side: int) -> list[Read | RejectedFile]:
    return [read_image(file, side) for file in files]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
