from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgewright_convert.onnx.activation_ranges import Range
from edgewright_convert.onnx.graph import initializers
from edgewright_convert.onnx.qdq import onnx_int8_from_onnx, quantized_weights, tensors_to_watch

from .graphs import images, kinds, model_of, node, run, weights

pytestmark = pytest.mark.numeric


@given(arrays(np.float32, (4, 3, 2, 2), elements=st.floats(-50, 50, width=32)))
def test_quantized_weights_are_within_half_a_step(kernel):
    stored, scales = quantized_weights(kernel, 0)
    real = stored.astype(np.float32) * scales.reshape(-1, 1, 1, 1)
    assert np.abs(stored).max() <= 127
    assert (np.abs(real - kernel) <= scales.reshape(-1, 1, 1, 1) * 0.5001 + 1e-7).all()


def test_convolutions_read_int8_and_everything_else_stays_float():
    constants = {"w": weights(4, 3, 3, 3), "b": weights(4)}
    given = model_of([node("Conv", ["x", "w", "b"], "c"), node("Relu", ["c"], "y")], constants, "y")
    assert tensors_to_watch(given) == ("x",)
    quantized = onnx_int8_from_onnx(given, {"x": Range(-4.0, 4.0)})
    # One pair for what is read, one DequantizeLinear for the kernel; the bias and the Relu are float.
    assert sorted(kinds(quantized)) == sorted(
        ["QuantizeLinear", "DequantizeLinear", "DequantizeLinear", "Conv", "Relu"]
    )
    step = 4.0 / 127
    difference = np.abs(run(quantized, images()) - run(given, images()))
    assert 0 < difference.max() < 27 * step * np.abs(constants["w"]).max()


def test_tensor_that_two_layers_read_gets_one_pair():
    constants = {"w": weights(4, 3, 1, 1), "v": weights(4, 3, 1, 1, seed=5)}
    nodes = [node("Conv", ["x", "w"], "a"), node("Conv", ["x", "v"], "b"), node("Add", ["a", "b"], "y")]
    given = model_of(nodes, constants, "y")
    assert tensors_to_watch(given) == ("x", "a", "b")
    quantized = onnx_int8_from_onnx(given, dict.fromkeys("xab", Range(-4.0, 4.0)))
    assert kinds(quantized).count("QuantizeLinear") == 3


def test_excluded_tensor_gets_no_pair_and_its_convolution_is_float16():
    given = model_of([node("Conv", ["x", "w"], "y")], {"w": weights(4, 3, 1, 1)}, "y")
    quantized = onnx_int8_from_onnx(given, {"x": Range(-4.0, 4.0)}, exclude={"x"})
    assert kinds(quantized) == ["Cast", "Conv", "Cast"]
    assert [value.dtype for value in initializers(quantized.graph).values()] == [np.float16]
