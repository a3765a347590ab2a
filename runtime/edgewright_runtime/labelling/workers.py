"""Decoding and inference over all cores, rows in the order of the images."""

from __future__ import annotations

import threading
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

    with ThreadPoolExecutor(max_workers=workers) as pool:
        yield from _in_order((pool.submit(labelled, path) for path in paths), ahead=_AHEAD * workers)


def _in_order(begun: Iterable[Future[Row]], *, ahead: int) -> Iterator[Row]:
    """What comes of each future, as soon as it is there.

    A thread of its own begins them: where paths come slowly, such as from a pipe, the rows of those before do not wait.

    Args:
        begun: each begins when it is asked for, in that thread.
        ahead: how many may wait to be asked for.
    """
    from queue import SimpleQueue  # here, for one image needs none

    waiting: SimpleQueue[Future[Row] | BaseException | None] = SimpleQueue()
    places: SimpleQueue[None] = SimpleQueue()  # free ones: each future takes one, and its row gives it back
    for _ in range(ahead):
        places.put(None)
    is_over = threading.Event()

    def begin() -> None:
        try:
            for future in begun:
                waiting.put(future)
                places.get()
                if is_over.is_set():
                    return
            waiting.put(None)
        except BaseException as error:  # raised where its row is waited for
            waiting.put(error)

    threading.Thread(target=begin, name="edgewright-paths", daemon=True).start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item.result()
            places.put(None)
    finally:
        is_over.set()
        places.put(None)
        while not waiting.empty():
            left = waiting.get()
            if left is not None and not isinstance(left, BaseException):
                left.cancel()


def row_of(classifier: Classifier, path: str, *, top_k: int) -> Row:
    """One image's row: its labels, or why it could not be read."""
    try:
        return Row(path, tuple(classifier.classify(path, top_k=top_k)))
    except ImageReadError as error:
        return Row(path, error=str(error))
