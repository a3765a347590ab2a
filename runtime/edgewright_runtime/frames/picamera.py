"""Frames of a Raspberry Pi's camera, through picamera2.

picamera2 names formats by the order of bits in a word, not of bytes in memory: an array of "RGB888" holds B, G, R, and
one of "BGR888" holds R, G, B. Source: The Picamera2 Library, appendix A.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import EdgewrightError, MissingDependencyError
from ..optional_imports import is_importable

_RGB_IN_MEMORY = "BGR888"


def cameras() -> int:
    """How many cameras picamera2 sees; 0 where it is not installed."""
    if not is_importable("picamera2"):
        return 0
    return len(_picamera2().Picamera2.global_camera_info())


class PiCamera:
    """A Raspberry Pi's camera, read one frame at a time.

    Attributes:
        description: what it is read by.
    """

    description = "picamera2"

    def __init__(self, index: int, *, swap_channels: bool = False) -> None:
        """Opens the camera and starts it.

        Args:
            index: as picamera2 counts cameras, from 0.
            swap_channels: whether red comes where blue should be.

        Raises:
            EdgewrightError: it cannot be opened.
            MissingDependencyError: picamera2 is not installed.
        """
        self._swap = swap_channels
        camera = None
        try:
            camera = self._camera = _picamera2().Picamera2(index)
            camera.configure(camera.create_video_configuration(main={"format": _RGB_IN_MEMORY}))
            camera.start()
        except (RuntimeError, IndexError, OSError) as error:
            if camera is not None:
                camera.close()
            raise EdgewrightError(f"Camera {index} cannot be opened by picamera2: {error}") from error

    def read(self) -> Any:
        """The next frame, uint8 of shape (height, width, 3), R, G, B."""
        pixels = self._camera.capture_array("main")
        return np.ascontiguousarray(pixels[:, :, ::-1] if self._swap else pixels)

    def close(self) -> None:
        """Stops the camera."""
        self._camera.close()


def _picamera2() -> Any:
    import importlib

    try:
        return importlib.import_module("picamera2")
    except ImportError as error:
        # It is no extra: it comes with the system's Python, and its libcamera with the system.
        raise MissingDependencyError(
            f"A Raspberry Pi's camera needs picamera2 ({error}); run: sudo apt install python3-picamera2, and make the "
            f"virtual environment with --system-site-packages"
        ) from error
