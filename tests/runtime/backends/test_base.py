"""Any number of images goes through a model that takes a fixed number at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.backends.base import in_fixed_batches


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
