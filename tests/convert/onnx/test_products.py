import json

import numpy as np
import onnx
import onnxruntime
import pytest

from edgewright_convert.onnx.checks import check_agrees, check_explicit_int8, run_onnx
from edgewright_convert.onnx.graph import initializers

from ...tolerances import SHALLOW, assert_probabilities_close, float_difference, probability_errors, rounding_of

pytestmark = pytest.mark.numeric

# Least agreement of labels on 60 test images, in whose answers the first two labels are at least 0.2 apart.
AGREEMENT = {"fp32": 1.0, "fp16": 1.0, "int8": 0.95}


@pytest.fixture(params=AGREEMENT)
def name(request):
    return request.param


@pytest.fixture
def data(name, converted_run):
    return (converted_run / f"onnx/model_{name}.onnx").read_bytes()


@pytest.fixture
def int8_model(converted_run):
    return onnx.load(converted_run / "onnx/model_int8.onnx")


def test_answers_like_keras_in_batches_of_any_size(name, data, test_pixels, reference_outputs):
    answers = run_onnx(data, test_pixels)
    assert (answers.argmax(1) == reference_outputs.argmax(1)).mean() >= AGREEMENT[name]
    assert np.abs(answers - reference_outputs).max() <= float_difference(name)
    assert_probabilities_close(run_onnx(data, test_pixels[:1]), answers[:1], rounding_of(name))


def test_interface_is_raw_pixels_to_probabilities_with_a_free_batch(data):
    session = onnxruntime.InferenceSession(data)
    (pixels,), (probabilities,) = session.get_inputs(), session.get_outputs()
    assert (pixels.name, pixels.type, pixels.shape) == ("pixels", "tensor(float)", ["batch", 32, 32, 3])
    assert (probabilities.name, probabilities.type) == ("probabilities", "tensor(float)")
    assert probabilities.shape == ["batch", 10]


def test_contract_travels_in_the_metadata(data, converted_run):
    found = {each.key: each.value for each in onnx.load_from_string(data).metadata_props}
    assert json.loads(found["edgewright.labels"]) == [str(digit) for digit in range(10)]
    assert json.loads(found["edgewright.preprocessing"]) == json.loads(
        (converted_run / "preprocessing.json").read_text()
    )


def test_nothing_about_this_machine_is_in_the_file(data):
    text = data.decode("latin-1")
    assert "/home" not in text
    assert "/tmp" not in text
    assert "site-packages" not in text


def test_opset_is_one_that_old_tensorrt_reads(data):
    assert [(each.domain, each.version) for each in onnx.load_from_string(data).opset_import] == [("", 17)]


def test_batch_normalisation_and_padding_are_folded(imported_model, tmp_path):
    from edgewright_convert.float_model import load_float_model
    from edgewright_convert.onnx.export import onnx_from_model

    path = tmp_path / "model.keras"
    imported_model().save(path)
    model = load_float_model(path)
    exported = onnx_from_model(model, {})
    kinds = [node.op_type for node in exported.graph.node]
    assert kinds.count("Conv") == 2
    assert kinds.count("Add") == 1  # the residual sum; the dense layer's bias is zero
    assert not {"BatchNormalization", "Mul", "Pad"} & set(kinds)
    pixels = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), np.uint8)
    expected = model.probabilities(pixels)
    check_agrees(exported.SerializeToString(), pixels, expected, probability_errors(expected, SHALLOW).max())


def test_int8_is_explicit_and_symmetric(int8_model):
    kinds = [node.op_type for node in int8_model.graph.node]
    assert kinds.count("DequantizeLinear") > kinds.count("QuantizeLinear") > 0
    check_explicit_int8(int8_model)
    constants = initializers(int8_model.graph)
    kernels = [name for name, value in constants.items() if value.ndim == 4]
    assert kernels
    assert all(constants[name].dtype == np.int8 for name in kernels)
