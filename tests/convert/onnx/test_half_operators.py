"""Some operators in float16 within a float32 graph."""

import numpy as np
import onnx
import pytest

from edgewright_convert.onnx.activation_ranges import Range
from edgewright_convert.onnx.graph import initializers
from edgewright_convert.onnx.half_operators import with_half_operators
from edgewright_convert.onnx.qdq import onnx_int8_from_onnx

from .graphs import images, kinds, model_of, node, run, weights

pytestmark = pytest.mark.numeric


@pytest.fixture
def given() -> onnx.ModelProto:
    constants = {"w": weights(4, 3, 3, 3), "b": weights(4)}
    return model_of([node("Conv", ["x", "w", "b"], "c"), node("Relu", ["c"], "y")], constants, "y")


def test_weighted_operators_stand_between_casts_and_others_stay(given):
    halved = with_half_operators(given)
    assert kinds(halved) == ["Cast", "Conv", "Cast", "Relu"]
    halves = [value for value in initializers(halved.graph).values() if value.dtype == np.float16]
    assert sorted(value.shape for value in halves) == [(4,), (4, 3, 3, 3)]
    onnx.checker.check_model(halved, full_check=True)
    np.testing.assert_allclose(run(halved, images()), run(given, images()), atol=0.02)


def test_int8_operators_stay_int8(given):
    quantized = onnx_int8_from_onnx(given, {"x": Range(-4.0, 4.0)})
    assert kinds(with_half_operators(quantized)) == kinds(quantized)
