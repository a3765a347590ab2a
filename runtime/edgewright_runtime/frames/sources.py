"""Which library reads a camera."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .frame import Frame
from .newest import Camera, NewestFrames

_ROUNDING_S = 1e-3
"""Of times in video files, which are whole milliseconds or fractions of a frame rate."""


def opened_camera(index: int, *, swap_channels: bool = False) -> Camera:
    """The camera of that number: picamera2's where that sees one, else the system's through OpenCV.

    Raises:
        EdgewrightError: there is no such camera, or it cannot be opened.
        MissingDependencyError: what would read it is not installed.
    """
    from . import picamera

    if picamera.cameras() > index:
        return picamera.PiCamera(index, swap_channels=swap_channels)
    from .opencv import OpenCvCamera

    return OpenCvCamera(index, swap_channels=swap_channels)


def newest_of(camera: Camera) -> NewestFrames:
    """The newest frames of a camera."""
    return NewestFrames(camera)


def every(frames: Iterable[Frame], *, apart_s: float, until_s: float | None = None) -> Iterator[Frame]:
    """Those at least so many seconds apart, up to a time."""
    due = -_ROUNDING_S
    for frame in frames:
        if until_s is not None and frame.seconds > until_s:
            return
        if frame.seconds >= due:
            due = frame.seconds + apart_s - _ROUNDING_S
            yield frame
