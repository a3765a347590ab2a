"""Any number of images goes through a model that takes a fixed number at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.backends.base import Tensor, as_stored, channels_last, in_fixed_batches, without_empty_axes


@given(count=st.integers(1, 40), batch=st.integers(1, 9))
def test_every_image_is_run_once_in_order_and_in_full_batches(count, batch):
    seen = []

    def run(pixels):
        seen.append(len(pixels))
        return pixels.reshape(len(pixels), -1).astype(np.float32)

    pixels = np.arange(1, 3 * count + 1).reshape(count, 3, 1, 1)
    outputs = in_fixed_batches(run, pixels, batch)
    assert np.array_equal(outputs, pixels.reshape(count, 3))
    assert set(seen) == {batch}
    assert len(seen) == -(-count // batch)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "float32"])
def test_what_fills_the_last_batch_up_has_the_tensors_type(dtype):
    types = []

    def run(pixels):
        types.append(pixels.dtype)
        return np.zeros((len(pixels), 2), np.float32)

    assert in_fixed_batches(run, np.ones((3, 2, 2, 1), dtype), 2).shape == (3, 2)
    assert {str(each) for each in types} == {dtype}


def test_input_of_channels_first_is_described_with_channels_last_and_fed_as_the_file_has_it():
    tensor = channels_last(Tensor("image", (None, 3, 5, 4), "float32"))
    values = np.arange(2 * 5 * 4 * 3, dtype=np.float32).reshape(2, 5, 4, 3)

    assert (tensor.shape, tensor.channels_first) == ((None, 5, 4, 3), True)
    np.testing.assert_array_equal(as_stored(values, tensor)[1, 2], values[1, ..., 2])


@pytest.mark.parametrize("shape", [(1, 5, 4, 3), (1, 3, 4, 3), (1, 5, 4, 1), (1, 10)])
def test_other_inputs_are_described_as_they_are(shape):
    tensor = Tensor("image", shape, "float32")

    assert channels_last(tensor) == tensor


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((1, 10, 1, 1), (1, 10)),
        ((None, 1, 1, 10), (None, 10)),
        ((1, 10), (1, 10)),
        ((1, 1), (1, 1)),
        ((1, 2, 5), (1, 2, 5)),
    ],
)
def test_axes_of_an_output_that_hold_nothing_are_left_out(shape, wanted):
    assert without_empty_axes(Tensor("scores", shape, "float32")).shape == wanted
