"""An .onnx file's opset is read without the onnx package, or the file is refused."""

import pytest

from edgewright_convert.opset import opset_of
from edgewright_runtime.errors import EdgewrightError

onnx = pytest.importorskip("onnx")
helper = onnx.helper


def model(*imports):
    value = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [value], [value])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid(*each) for each in imports])
    return made.SerializeToString()


@pytest.mark.parametrize("opset", [9, 17, 25, 300])
def test_opset_is_that_of_onnxs_own_operators(opset):
    assert opset_of(model(("com.microsoft", 1), ("", opset))) == opset
    assert opset_of(model(("ai.onnx", opset))) == opset


@pytest.mark.parametrize("data", [b"", model(("com.microsoft", 1))])
def test_file_that_does_not_say_is_refused(data):
    with pytest.raises(EdgewrightError, match="does not say which opset"):
        opset_of(data)


@pytest.mark.parametrize("data", [model(("", 17))[:-1], b"\x42\xff", b"\x47", b"\x42\x02\x10"])
def test_damaged_file_is_refused(data):
    with pytest.raises(EdgewrightError, match="damaged where its opset stands"):
        opset_of(data)
