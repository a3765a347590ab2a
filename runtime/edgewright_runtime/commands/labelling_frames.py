"""What `edgewright classify` does with videos and cameras."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from ..classifier import Classifier
from ..errors import EXIT_BAD_INPUT, EXIT_DONE, EdgewrightError
from ..frames.frame import VIDEO_SUFFIXES, Frame
from ..frames.smoothing import DEFAULT_SECONDS, Smoothing
from ..frames.sources import every, newest_of, opened_camera
from ..labelling.frame_rows import name_in_video, rows_of_frames
from ..labelling.row import Row
from ..labelling.sources import video_paths
from ..library_noise import captured
from .labelling import Request, opened, origin_of, summary, warn_of
from .writing_rows import Counted, as_list, printed, to_file


class FrameOptions(NamedTuple):
    """Which frames, and how.

    Attributes:
        camera: its number; None where the sources are video files.
        smooth_s: in how many seconds a frame's share in the smoothed probabilities falls to 1/e; 0 for none.
        every_s: seconds between two frames that are labelled; 0 for all.
        until_s: when to stop, in seconds from the source's beginning; None for its end.
        swap_channels: whether the camera gives red where blue should be.
    """

    camera: int | None = None
    smooth_s: float = DEFAULT_SECONDS
    every_s: float = 0.0
    until_s: float | None = None
    swap_channels: bool = False


def are_videos(sources: Iterable[str]) -> bool:
    """Whether the sources are video files, as their names say.

    Raises:
        EdgewrightError: some are, others are not.
    """
    found = {source: Path(source).suffix.lower() in VIDEO_SUFFIXES for source in sources}
    if len(set(found.values())) > 1:
        video, other = (next(name for name, is_one in found.items() if is_one is wanted) for wanted in (True, False))
        raise EdgewrightError(f"{video} is a video and {other} is not; label videos in a command of their own")
    return any(found.values())


def label_frames(request: Request, options: FrameOptions) -> int:
    """Labels all frames; 2 where a video could not be read, else 0. Ctrl-C ends a camera.

    Raises:
        EdgewrightError: there is no such camera, or the rows cannot be written.
        MissingDependencyError: what reads frames is not installed.
    """
    classifier = opened(request, workers=1)
    warn_of(classifier)

    def labelled(frames: Iterable[Frame], named: Callable[[Frame], str]) -> Iterator[Row]:
        chosen = every(frames, apart_s=options.every_s, until_s=options.until_s)
        smoothing = Smoothing(options.smooth_s)
        yield from rows_of_frames(chosen, classifier, named=named, smoothing=smoothing, top_k=request.top_k)

    began = time.perf_counter()
    if options.camera is None:
        counted = _written(request, options, classifier, _of_videos(video_paths(request.sources), labelled))
    else:
        counted = _of_camera(request, options, classifier, labelled)
    if request.out is not None or not request.as_json:
        print(summary(classifier, counted, time.perf_counter() - began), file=sys.stderr)
    return EXIT_BAD_INPUT if counted.unreadable else EXIT_DONE


_Labelled = Callable[[Iterable[Frame], Callable[[Frame], str]], Iterator[Row]]


def _of_videos(sources: Iterable[str], labelled: _Labelled) -> Iterator[Row]:
    from ..frames.opencv import check_installed, video_frames

    check_installed()

    def rows_of(source: str) -> Iterator[Row]:
        try:
            yield from labelled(video_frames(Path(source)), name_in_video(source))
        except EdgewrightError as error:
            yield Row(source, error=str(error))

    for source in sources:
        yield from rows_of(source)


def _of_camera(request: Request, options: FrameOptions, classifier: Classifier, labelled: _Labelled) -> Counted:
    index = options.camera or 0
    with captured():
        camera = opened_camera(index, swap_channels=options.swap_channels)
    print(f"Camera {index} by {camera.description}; Ctrl-C ends it", file=sys.stderr)
    with newest_of(camera) as frames, ended_by_interrupt(frames.stop):
        return _written(request, options, classifier, labelled(frames, lambda _: f"camera:{index}#{_now()}"))


@contextlib.contextmanager
def ended_by_interrupt(stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C calls `stop` wherever the command is just then, so that no row is lost; a second one ends it at once."""

    def stop_once(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    earlier = signal.signal(signal.SIGINT, stop_once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, earlier)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def _written(request: Request, options: FrameOptions, classifier: Classifier, rows: Iterator[Row]) -> Counted:
    if request.out is not None:
        origin = {**origin_of(classifier, request), "smooth_s": options.smooth_s, "every_s": options.every_s}
        # Rows that are there are computed again, for those behind them are smoothed over them; each stays once.
        return to_file(
            request.out,
            lambda file: (row for row in rows if row.path not in file),
            origin,
            what="frames",
            frames=True,
        )
    if request.as_json:
        return as_list(rows)
    return printed(rows, request.rows, classifier.class_names, frames=True)
