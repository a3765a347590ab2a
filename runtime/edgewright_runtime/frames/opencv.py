"""Frames that OpenCV reads: video files, and cameras that the system lists (V4L2 on Linux)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import EdgewrightError
from ..optional_imports import import_optional
from .frame import Frame

_QUIET = {"OPENCV_LOG_LEVEL": "SILENT", "OPENCV_FFMPEG_LOGLEVEL": "-8"}  # read when cv2 is first imported


def check_installed() -> None:
    """Refuses to go on without OpenCV.

    Raises:
        MissingDependencyError: it is not installed.
    """
    _cv2()


def video_frames(path: Path, *, swap_channels: bool = False) -> Iterator[Frame]:
    """Every frame of a video file, in order; closed when the iterator is.

    Args:
        path: of a file that exists: what else OpenCV takes for a name (patterns, addresses, pipelines) is not opened.
        swap_channels: whether red and blue were swapped when it was recorded.

    Raises:
        EdgewrightError: there is no such file, or no frame in it can be decoded.
        MissingDependencyError: OpenCV is not installed.
    """
    if not path.is_file():
        raise EdgewrightError(f"There is no video at {path}")
    cv2 = _cv2()
    # FFmpeg alone: of all backends that OpenCV would try, some take names for patterns of many files.
    capture = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG)
    number = -1
    try:
        for number, (pixels, seconds) in enumerate(_read(capture, cv2)):
            yield Frame(number, seconds, np.ascontiguousarray(pixels) if swap_channels else _rgb(pixels))
    finally:
        capture.release()
    if number < 0:
        raise EdgewrightError(f"{path} holds no frame that can be decoded; is it a video, and whole?")


def _read(capture: Any, cv2: Any) -> Iterator[tuple[Any, float]]:
    rate = capture.get(cv2.CAP_PROP_FPS)
    number, last = 0, -1.0
    while True:
        there, pixels = capture.read()
        if not there:
            return
        stated = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        by_rate = number / rate if rate > 0 else float(number)
        # Some containers say 0 for every frame.
        last = stated if stated > last and (number == 0 or stated > 0) else max(by_rate, last)
        yield pixels, last
        number += 1


class OpenCvCamera:
    """A camera that is read one frame at a time, always the next one.

    Attributes:
        description: what it is read by.
    """

    def __init__(self, index: int, *, swap_channels: bool = False) -> None:
        """Opens the camera.

        Args:
            index: as the system counts cameras, from 0.
            swap_channels: whether its driver gives red where blue should be.

        Raises:
            EdgewrightError: there is no such camera, or something else uses it.
            MissingDependencyError: OpenCV is not installed.
        """
        cv2 = _cv2()
        if sys.platform.startswith("linux") and not Path(f"/dev/video{index}").exists():
            raise EdgewrightError(f"There is no camera {index} ({_cameras_there()})")
        self.description = f"OpenCV {cv2.__version__}"
        self._swap = swap_channels
        self._index = index
        self._capture = cv2.VideoCapture(index)
        if not self._capture.isOpened():
            raise EdgewrightError(f"Camera {index} cannot be opened; is it used by another program?")
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # where the driver can: fewer old frames wait

    def read(self) -> Any:
        """The next frame, uint8 of shape (height, width, 3), R, G, B.

        Raises:
            EdgewrightError: the camera gives none, such as when it was unplugged.
        """
        there, pixels = self._capture.read()
        if not there:
            raise EdgewrightError(f"Camera {self._index} gives no frames any more; was it unplugged?")
        return np.ascontiguousarray(pixels) if self._swap else _rgb(pixels)

    def close(self) -> None:
        """Lets go of the camera."""
        self._capture.release()


def _cameras_there() -> str:
    found = sorted(path.name for path in Path("/dev").glob("video*"))
    return f"the system has {', '.join(found)}" if found else "the system has no /dev/video*"


def _rgb(pixels: Any) -> Any:
    """OpenCV gives B, G, R, and a grey video's frames in three equal channels."""
    return np.ascontiguousarray(pixels[:, :, ::-1])


def _cv2() -> Any:
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    return import_optional("cv2", package="opencv-python-headless", extra="camera", purpose="Reading video and cameras")
