"""Video files are read frame by frame, in the colours and at the times that they have."""

from __future__ import annotations

import numpy as np
import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.frames.opencv import OpenCvCamera, video_frames

from .videos import BLUE, GREEN, GREY, RATE, RED, video_of_colours

CLOSE = 12
"""Levels by which a coder may change a plain colour."""


@pytest.mark.parametrize(("name", "code"), [("clip.avi", "MJPG"), ("clip.mp4", "mp4v")])
def test_frames_come_in_order_as_rgb_with_their_times(tmp_path, name, code):
    colours = (RED, GREEN, BLUE, GREY)
    frames = list(video_frames(video_of_colours(tmp_path / name, *colours, code=code)))
    assert [frame.number for frame in frames] == [0, 1, 2, 3]
    np.testing.assert_allclose([frame.seconds for frame in frames], np.arange(4) / RATE, atol=0.5 / RATE)
    for frame, colour in zip(frames, colours, strict=True):
        assert frame.pixels.dtype == np.uint8
        assert np.abs(frame.pixels.mean(axis=(0, 1)) - colour).max() < CLOSE


def test_name_with_a_pattern_in_it_is_one_file(tmp_path):
    path = video_of_colours(tmp_path / "clip.avi", RED, RED).rename(tmp_path / "clip %02d.avi")
    assert len(list(video_frames(path))) == 2


def test_file_that_is_cut_off_ends_where_it_ends(tmp_path):
    whole = video_of_colours(tmp_path / "clip.avi", RED, BLUE, each=20)
    (tmp_path / "cut.avi").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert 0 < len(list(video_frames(tmp_path / "cut.avi"))) < 40


@pytest.mark.parametrize("content", [b"", b"no video", bytes(4000)])
def test_file_without_a_frame_is_one_sentence(tmp_path, content):
    pytest.importorskip("cv2", reason="OpenCV is not installed (the extra camera)")
    (tmp_path / "clip.mp4").write_bytes(content)
    with pytest.raises(EdgewrightError, match="holds no frame that can be decoded"):
        list(video_frames(tmp_path / "clip.mp4"))


@pytest.mark.parametrize("name", ["none.mp4", "http://127.0.0.1:9/none.mp4"])
def test_only_files_that_are_there_are_opened(tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EdgewrightError, match="There is no video at"):
        list(video_frames(type(tmp_path)(name)))


def test_camera_that_is_not_there_is_one_sentence():
    pytest.importorskip("cv2", reason="OpenCV is not installed (the extra camera)")
    with pytest.raises(EdgewrightError, match=r"There is no camera 77 \(the system has |Camera 77 cannot be opened"):
        OpenCvCamera(77)
