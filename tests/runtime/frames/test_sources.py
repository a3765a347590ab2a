"""Which frames of a source are labelled, and which library reads a camera."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from edgewright_runtime.errors import MissingDependencyError
from edgewright_runtime.frames import Frame
from edgewright_runtime.frames.picamera import PiCamera, cameras
from edgewright_runtime.frames.sources import every

PIXELS = np.zeros((1, 1, 3), np.uint8)


def numbers(rate: float, **which) -> list[int]:
    return [frame.number for frame in every((Frame(i, i / rate, PIXELS) for i in range(40)), **which)]


def test_all_frames_are_taken_if_nothing_is_said():
    assert numbers(30, apart_s=0) == list(range(40))


def test_frames_are_as_far_apart_as_asked_however_their_times_are_rounded():
    assert numbers(10, apart_s=0.3) == list(range(0, 40, 3))
    assert numbers(30, apart_s=0.1) == list(range(0, 40, 3))


def test_source_ends_at_the_time_given():
    assert numbers(10, apart_s=0, until_s=0.5) == [0, 1, 2, 3, 4, 5]


@pytest.mark.skipif("picamera2" in sys.modules, reason="picamera2 is installed")
def test_without_picamera2_there_is_none_of_its_cameras_and_a_sentence_says_where_it_comes_from():
    assert cameras() == 0
    with pytest.raises(MissingDependencyError, match="sudo apt install python3-picamera2"):
        PiCamera(0)
