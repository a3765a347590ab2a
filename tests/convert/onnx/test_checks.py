from __future__ import annotations

import numpy as np
import onnx
import pytest

from edgewright_convert.onnx.checks import check_agrees, check_explicit_int8, check_onnx
from edgewright_runtime.errors import CheckFailedError


@pytest.fixture
def int8_model(converted_run):
    return onnx.load(converted_run / "onnx/model_int8.onnx")


def test_asymmetric_zero_point_is_refused(int8_model):
    node = next(node for node in int8_model.graph.node if node.op_type == "QuantizeLinear")
    for tensor in int8_model.graph.initializer:
        if tensor.name == node.input[2]:
            tensor.CopyFrom(onnx.numpy_helper.from_array(np.array(3, np.int8), tensor.name))
    with pytest.raises(CheckFailedError, match="another zero point than onnx-int8 may have"):
        check_explicit_int8(int8_model)


def test_convolution_in_float_is_refused(converted_run):
    with pytest.raises(CheckFailedError, match=r"convolution.* in float"):
        check_explicit_int8(onnx.load(converted_run / "onnx/model_fp32.onnx"))


def test_different_answers_are_refused(converted_run, test_pixels, reference_outputs):
    data = (converted_run / "onnx/model_fp32.onnx").read_bytes()
    with pytest.raises(CheckFailedError, match="differ by up to"):
        check_agrees(data, test_pixels, np.roll(reference_outputs, 1, axis=1), 1e-4)


def test_damaged_graph_is_refused(converted_run):
    model = onnx.load(converted_run / "onnx/model_fp32.onnx")
    del model.graph.node[3]
    with pytest.raises(CheckFailedError, match="ONNX checker"):
        check_onnx(model.SerializeToString())
