"""Decoding and inference over all cores, rows in the order of the images."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ..classifier import Classifier
from ..errors import ImageReadError
from .row import Row

if TYPE_CHECKING:
    from concurrent.futures import Future

_AHEAD = 4
"""Images per worker that are begun before the first of them is written: enough that a large one holds nobody up."""


def rows_of_images(
    paths: Iterable[str], opened: Callable[[], Classifier], *, workers: int, top_k: int
) -> Iterator[Row]:
    """A row for each path, in their order, as they come.

    Pillow and the interpreters let go of the interpreter lock while they work, so threads do run side by side. Each has
    a classifier of its own, and no more than a few images are held at a time.

    Args:
        paths: read one by one.
        opened: a classifier for one thread.
        workers: how many threads.
        top_k: how many labels an image.
    """
    own = threading.local()

    def labelled(path: str) -> Row:
        if not hasattr(own, "classifier"):
            own.classifier = opened()
        return row_of(own.classifier, path, top_k=top_k)

    if workers == 1:
        yield from map(labelled, paths)
        return
    from concurrent.futures import ThreadPoolExecutor  # here, for one image needs none

    begun: deque[Future[Row]] = deque()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            for path in paths:
                begun.append(pool.submit(labelled, path))
                if len(begun) >= _AHEAD * workers:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()


def row_of(classifier: Classifier, path: str, *, top_k: int) -> Row:
    """One image's row: its labels, or why it could not be read."""
    try:
        return Row(path, tuple(classifier.classify(path, top_k=top_k)))
    except ImageReadError as error:
        return Row(path, error=str(error))
