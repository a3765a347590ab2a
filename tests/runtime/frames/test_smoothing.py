"""Probabilities are smoothed by the clock."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edgewright_runtime.frames.smoothing import Smoothing

CAT, DOG = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


def test_share_of_what_was_falls_to_one_part_in_e_in_the_seconds_given():
    smoothing = Smoothing(2.0)
    smoothing.smoothed(CAT, 0.0)
    np.testing.assert_allclose(smoothing.smoothed(DOG, 2.0), [1 / math.e, 1 - 1 / math.e], rtol=1e-6)


@pytest.mark.parametrize("frames", [1, 3, 20])
def test_frame_rate_makes_no_difference(frames):
    smoothing = Smoothing(0.5)
    smoothing.smoothed(CAT, 0.0)
    for number in range(1, frames + 1):
        found = smoothing.smoothed(DOG, number / frames)
    np.testing.assert_allclose(found, [math.exp(-2), 1 - math.exp(-2)], rtol=1e-5)


def test_probabilities_still_add_up_to_one():
    smoothing, draw = Smoothing(0.3), np.random.default_rng(1)
    for number in range(50):
        found = smoothing.smoothed(draw.dirichlet(np.ones(7)).astype(np.float32), number / 30)
        assert found.sum() == pytest.approx(1, abs=1e-6)


def test_nothing_is_smoothed_in_no_time_and_the_first_frame_stands_for_itself():
    assert Smoothing(9.0).smoothed(CAT, 5.0).tolist() == [1, 0]
    smoothing = Smoothing(0.0)
    smoothing.smoothed(CAT, 0.0)
    assert smoothing.smoothed(DOG, 0.1).tolist() == [0, 1]
