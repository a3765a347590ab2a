"""Decoding and inference over all cores, rows in the order of the images."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from ..classifier import Classifier
from ..errors import ImageReadError
from .row import Row

if TYPE_CHECKING:
    from concurrent.futures import Future

_AHEAD = 4
"""Bunches per worker that are begun before the first of them is written: enough that a large one holds nobody up."""

_BUNCH = 8
"""Images that are handed on at once, at most."""

_SINGLY = 16
"""Images per worker that are begun before one more is handed on at once."""


def rows_of_images(
    paths: Iterable[str], opened: Callable[[], Classifier], *, workers: int, top_k: int, one_by_one: bool = False
) -> Iterator[Row]:
    """A row for each path, in their order, as they come.

    Pillow and the interpreters let go of the interpreter lock while they work, so threads do run side by side. Each has
    a classifier of its own, and no more than a few images are held at a time.

    Args:
        paths: read one by one.
        opened: a classifier for one thread.
        workers: how many threads.
        top_k: how many labels an image.
        one_by_one: whether no path is to wait for the next, which may come late.
    """
    if workers == 1:
        classifier = opened()
        yield from (row_of(classifier, path, top_k=top_k) for path in paths)
        return
    from concurrent.futures import ThreadPoolExecutor  # here, for one image needs none

    own = threading.local()

    def labelled(some: Sequence[str]) -> Labelled:
        if not hasattr(own, "classifier"):
            own.classifier = opened()
        return _labelled(own.classifier, some, top_k=top_k)

    bunches = ([path] for path in paths) if one_by_one else _in_bunches(paths, workers=workers)
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for done in _in_order((pool.submit(labelled, some) for some in bunches), ahead=_AHEAD * workers):
            yield from done.rows
            if done.error is not None:
                raise done.error


class Labelled(NamedTuple):
    """The rows of some images, up to one at which something went wrong that is no fault of the image."""

    rows: list[Row]
    error: Exception | None = None


def _labelled(classifier: Classifier, paths: Iterable[str], *, top_k: int) -> Labelled:
    rows: list[Row] = []
    try:
        rows.extend(row_of(classifier, path, top_k=top_k) for path in paths)
    except Exception as error:
        return Labelled(rows, error)
    return Labelled(rows)


def _in_bunches(paths: Iterable[str], *, workers: int) -> Iterator[list[str]]:
    """The paths in order, more and more at once.

    To hand something from thread to thread costs a tenth of what a small image does. But of few images, each worker is
    to have as many.
    """
    rest, begun = iter(paths), 0
    while some := list(islice(rest, min(_BUNCH, 1 + begun // (_SINGLY * workers)))):
        begun += len(some)
        yield some


def _in_order(begun: Iterable[Future[Labelled]], *, ahead: int) -> Iterator[Labelled]:
    """What comes of each future, as soon as it is there.

    A thread of its own begins them: where paths come slowly, such as from a pipe, the rows of those before do not wait.

    Args:
        begun: each begins when it is asked for, in that thread.
        ahead: how many may wait to be asked for.
    """
    from queue import SimpleQueue  # here, for one image needs none

    waiting: SimpleQueue[Future[Labelled] | BaseException | None] = SimpleQueue()
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
