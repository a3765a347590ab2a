"""Video files of plain colours, written by OpenCV."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

RED, GREEN, BLUE, GREY = (200, 30, 40), (30, 200, 40), (30, 40, 200), (120, 120, 120)
RATE = 10.0
HEIGHT, WIDTH = 48, 64


def plain(colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.full((HEIGHT, WIDTH, 3), colour, np.uint8)


def video_of(path: Path, pictures: Iterable[NDArray[np.uint8]], *, code: str = "MJPG") -> Path:
    """A video of these RGB pictures, ten a second."""
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed (the extra camera)")
    writer = None
    for picture in pictures:
        if writer is None:
            size = picture.shape[1], picture.shape[0]
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*code), RATE, size)
        writer.write(np.ascontiguousarray(picture[:, :, ::-1]))
    assert writer is not None
    writer.release()
    return path


def video_of_colours(path: Path, *colours: tuple[int, int, int], each: int = 1, code: str = "MJPG") -> Path:
    return video_of(path, [plain(colour) for colour in colours for _ in range(each)], code=code)
