"""What a model file is given where its own graph does not normalise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.preprocessing import Normalisation, Preprocessing, model_input
from edgewright_runtime.preprocessing.model_input import value_range

PIXELS = np.random.default_rng(1).integers(0, 256, (2, 5, 4, 3), np.uint8)
MODERATE = st.floats(-300, 300, allow_nan=False, width=32)


def test_raw_pixels_stay_what_they_are():
    assert model_input(PIXELS, Preprocessing(5, 4)) is PIXELS


def test_raw_pixels_in_bgr_are_turned_round():
    values = model_input(PIXELS, Preprocessing(5, 4, channel_order="BGR"))

    assert values.dtype == np.uint8
    assert values.flags.c_contiguous
    np.testing.assert_array_equal(values, PIXELS[..., ::-1])


@given(st.tuples(*[MODERATE] * 3), st.tuples(*[MODERATE] * 3), st.sampled_from(["RGB", "BGR"]))
def test_values_are_those_of_the_formula(scale, offset, order):
    contract = Preprocessing(5, 4, normalisation=Normalisation(scale, offset, "runtime"), channel_order=order)

    values = model_input(PIXELS, contract)

    wanted = (PIXELS * np.array(scale) + np.array(offset)).astype(np.float32)
    np.testing.assert_array_equal(values, wanted if order == "RGB" else wanted[..., ::-1])


def test_grayscale_has_one_channel():
    contract = Preprocessing(5, 4, "grayscale", normalisation=Normalisation((0.5,), (-1.0,), "runtime"))

    np.testing.assert_array_equal(model_input(PIXELS[..., :1], contract), PIXELS[..., :1] * np.float32(0.5) - 1)


@pytest.mark.parametrize(("scale", "wanted"), [(2.0, (1.0, 511.0)), (-2.0, (-509.0, 1.0))])
def test_range_is_that_of_the_darkest_and_the_brightest(scale, wanted):
    contract = Preprocessing(5, 4, normalisation=Normalisation((scale,) * 3, (1.0,) * 3, "runtime"))

    assert value_range(contract) == wanted
