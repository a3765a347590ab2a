"""Swapped channels are told from a mistake of whoever holds the colours."""

from __future__ import annotations

import numpy as np
import pytest

from edgewright_runtime.frames import Frame
from edgewright_runtime.frames.colour_test import STEADY_FRAMES, colour_test, redness

from .videos import BLUE, GREEN, GREY, RED, plain


def frames_of(*colours, each=STEADY_FRAMES):
    pictures = [plain(colour) for colour in colours for _ in range(each)]
    return [Frame(number, number / 10, pixels) for number, pixels in enumerate(pictures)]


def test_red_and_then_blue_are_right():
    asked = []
    found = colour_test(frames_of(GREY, RED, GREY, BLUE), patience_s=9, on_step=asked.append)
    assert (found.verdict, found.seen, asked) == ("right", (RED, BLUE), ["red", "blue"])


def test_blue_and_then_red_are_swapped():
    assert colour_test(frames_of(GREY, BLUE, GREY, RED), patience_s=9).verdict == "swapped"


@pytest.mark.parametrize("colours", [(GREY,), (GREEN, GREEN), (RED,), (RED, RED, GREY), (BLUE, GREEN)])
def test_one_colour_alone_is_no_verdict(colours):
    assert colour_test(frames_of(*colours), patience_s=99).verdict is None


def test_a_few_frames_of_a_colour_are_chance():
    assert colour_test(frames_of(RED, GREY, BLUE, each=STEADY_FRAMES - 1), patience_s=99).verdict is None


def test_waiting_ends_by_the_time_of_the_frames():
    assert colour_test(frames_of(*[GREY] * 9, RED, BLUE), patience_s=1).verdict is None


def test_only_the_middle_of_the_picture_counts():
    picture = np.tile(np.array(BLUE, np.uint8), (48, 64, 1))
    picture[16:32, 21:42] = RED
    score, mean = redness(picture)
    assert score > 0.4
    assert mean.round().tolist() == list(RED)
