"""Float16 weights and arithmetic, float32 at both ends."""

import numpy as np
import onnx
import pytest

from edgewright_convert.onnx.float16 import onnx_fp16_from_onnx
from edgewright_convert.onnx.graph import initializers

from .graphs import images, model_of, node, run, weights

pytestmark = pytest.mark.numeric


def network(scale: float = 1.0) -> onnx.ModelProto:
    return model_of([node("Conv", ["x", "w"], "c"), node("Relu", ["c"], "y")], {"w": scale * weights(4, 3, 3, 3)}, "y")


def test_ends_stay_float32_and_weights_are_float16():
    halved = onnx_fp16_from_onnx(network())
    ends = [*halved.graph.input, *halved.graph.output]
    assert {each.type.tensor_type.elem_type for each in ends} == {onnx.TensorProto.FLOAT}
    assert {value.dtype for value in initializers(halved.graph).values()} == {np.dtype(np.float16)}
    # A sum of 27 products of numbers with eleven significant bits.
    np.testing.assert_allclose(run(halved, images()), run(network(), images()), atol=0.02)


def test_model_that_is_given_stays_as_it_is_and_metadata_travel():
    given = network()
    onnx.helper.set_model_props(given, {"edgewright.labels": "[]"})
    before = given.SerializeToString()
    halved = onnx_fp16_from_onnx(given)
    assert given.SerializeToString() == before
    assert [(each.key, each.value) for each in halved.metadata_props] == [("edgewright.labels", "[]")]


def test_weights_too_small_for_float16_are_no_warning(recwarn):
    onnx_fp16_from_onnx(network(1e-9))
    assert [str(each.message) for each in recwarn if "truncated" in str(each.message)] == []
