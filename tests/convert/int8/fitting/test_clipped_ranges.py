"""Ranges of least squares: never worse than those that hold every value, and shorter where few values reach far."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgewright_convert.int8.fitting.clipped_ranges import least_squares_range
from edgewright_convert.int8.quantization_grids import ActivationRange

pytestmark = pytest.mark.numeric


def error(values, grid):
    return float(np.square(np.asarray(grid.quantized(values)) - values).mean())


def test_rare_large_values_are_left_out():
    draw = np.random.default_rng(0)
    values = draw.normal(0, 1, 200_000).astype(np.float32)
    values[0] = 12.0
    whole = ActivationRange.of(values)
    found = least_squares_range(values, whole)
    assert found.high < 0.8 * whole.high
    assert error(values, found) < 0.9 * error(values, whole)


def test_evenly_spread_values_keep_their_range():
    values = np.random.default_rng(0).uniform(0, 6, 100_000).astype(np.float32)
    assert least_squares_range(values, ActivationRange(0.0, 6.0)) == ActivationRange(0.0, 6.0)


def test_zeros_which_every_grid_holds_do_not_shorten_the_range():
    values = np.zeros(100_000, np.float32)
    values[:100] = np.linspace(1, 6, 100)
    assert least_squares_range(values, ActivationRange(0.0, 6.0)).high == pytest.approx(6.0, rel=0.06)


@given(arrays(np.float32, 500, elements=st.floats(-50, 50, width=32)))
def test_range_is_within_the_one_that_holds_all_and_reaches_zero(values):
    whole = ActivationRange.of(values)
    found = least_squares_range(values, whole)
    assert whole.low <= found.low <= 0.0 <= found.high <= whole.high
    assert found.high > found.low
