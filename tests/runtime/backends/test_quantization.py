"""Pixels become what a tensor stores, and what it stores becomes what it means, by scale and zero point."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.backends.base import Tensor
from edgewright_runtime.backends.quantization import dequantize_output, quantize_input

ALL = np.arange(256, dtype=np.uint8)


def tensor(dtype: str, scale: float = 0.0, zero_point: int = 0) -> Tensor:
    return Tensor("t", (1, 256), dtype, scale, zero_point)


def test_raw_bytes_are_not_copied():
    assert quantize_input(ALL, tensor("uint8", 1.0)) is ALL


def test_pixels_shifted_to_int8_are_the_pixels_minus_128():
    stored = quantize_input(ALL, tensor("int8", 1.0, -128))
    assert stored.dtype == np.int8
    assert np.array_equal(stored.astype(int), ALL.astype(int) - 128)


def test_values_beyond_the_range_are_clipped_and_do_not_wrap():
    stored = quantize_input(ALL, tensor("uint8", 0.5))
    assert stored[128:].tolist() == [255] * 128


def test_float_input_takes_pixels_as_they_are():
    stored = quantize_input(ALL, tensor("float32"))
    assert stored.dtype == np.float32
    assert np.array_equal(stored, ALL)


@given(scale=st.floats(0.9, 4.0), zero_point=st.integers(-128, -100))
def test_what_is_stored_means_the_pixel_to_within_half_a_step(scale, zero_point):
    described = tensor("int8", scale, zero_point)
    stored = quantize_input(ALL, described)
    inside = stored < 127
    assert np.abs(dequantize_output(stored, described) - ALL)[inside].max() <= scale * 0.5001


def test_probabilities_of_a_quantized_output_are_its_steps():
    found = dequantize_output(np.array([[0, 128, 255]], np.uint8), tensor("uint8", 1 / 256))
    assert found.dtype == np.float32
    assert found.tolist() == [[0.0, 0.5, pytest.approx(255 / 256)]]


def test_float_output_is_itself():
    values = np.array([[0.25, 0.75]], np.float32)
    assert dequantize_output(values, tensor("float32")) is values
