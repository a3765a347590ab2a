"""An .onnx file runs, or one sentence says why not."""

import numpy as np
import pytest

from edgewright_runtime.backends.onnx import load
from edgewright_runtime.errors import EdgewrightError

onnx = pytest.importorskip("onnx")


def model_file(path, *, dtype, batch="n", outputs=("probabilities",)):
    """Averages the pixels of each channel, in that element type."""
    shape = [batch, 4, 4, 3]
    pixels = onnx.helper.make_tensor_value_info("pixels", dtype, shape)
    found = [onnx.helper.make_tensor_value_info(name, dtype, [batch, 3]) for name in outputs]
    axes = onnx.numpy_helper.from_array(np.array([1, 2], np.int64), "axes")
    nodes = [onnx.helper.make_node("ReduceMean", ["pixels", "axes"], [name], keepdims=0) for name in outputs]
    graph = onnx.helper.make_graph(nodes, "g", [pixels], found, [axes])
    opset = [onnx.helper.make_opsetid("", 18)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=9), path)
    return path


@pytest.mark.parametrize("dtype", ["FLOAT", "FLOAT16", "DOUBLE"])
@pytest.mark.parametrize("batch", ["n", 2])
def test_pixels_are_fed_in_the_inputs_own_type_for_free_and_fixed_batches(tmp_path, dtype, batch):
    model = load(model_file(tmp_path / "m.onnx", dtype=getattr(onnx.TensorProto, dtype), batch=batch), threads=1)
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 3), dtype=np.uint8)
    outputs = model.probabilities(pixels)
    assert (outputs.shape, outputs.dtype) == ((5, 3), np.float32)
    assert outputs == pytest.approx(pixels.mean(axis=(1, 2)), rel=2e-3)
    assert model.input.shape[0] == (None if batch == "n" else 2)


def test_two_outputs_are_refused(tmp_path):
    path = model_file(tmp_path / "m.onnx", dtype=onnx.TensorProto.FLOAT, outputs=("a", "b"))
    with pytest.raises(EdgewrightError, match="it has 2 outputs, an image classifier has one"):
        load(path, threads=None)


def test_input_of_a_type_that_pixels_do_not_have_is_refused(tmp_path):
    path = model_file(tmp_path / "m.onnx", dtype=onnx.TensorProto.INT32)
    with pytest.raises(EdgewrightError, match=r"its input is a tensor\(int32\)"):
        load(path, threads=None)


def test_damaged_file_is_one_sentence(tmp_path):
    (tmp_path / "m.onnx").write_bytes(b"no model")
    with pytest.raises(EdgewrightError, match=r"m\.onnx is no \.onnx model that onnxruntime can run"):
        load(tmp_path / "m.onnx", threads=None)
