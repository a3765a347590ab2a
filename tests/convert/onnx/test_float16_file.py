"""Float16 weights and arithmetic, float32 at both ends, guarded against what float16 cannot hold."""

import keras
import numpy as np
import onnx
import pytest

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.onnx.checks import check_finite, check_float16, check_onnx, outputs_of_onnx
from edgewright_convert.onnx.export import onnx_from_model
from edgewright_convert.onnx.float16_file import onnx_fp16_from_fp32, onnx_fp16_from_onnx
from edgewright_convert.onnx.graph import initializers, serialised
from edgewright_runtime.errors import CheckFailedError
from edgewright_runtime.library_noise import captured

from ..tiny import images as pixels_of
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


def classifier(kernel: float, gain: float) -> onnx.ModelProto:
    """Colours against each other by weights of that size, then a matrix product with that gain, as float32 ONNX."""
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(4, 3, activation="relu", name="opposed")(inputs)
    x = keras.layers.Conv2D(8, 3, activation="relu", name="second")(x)
    outputs = keras.layers.Dense(4, activation="softmax")(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, outputs)
    random = np.random.default_rng(3)
    opposed = random.normal(size=(3, 3, 3, 4))
    opposed -= opposed.mean(axis=(0, 1, 2))
    second = random.normal(size=(3, 3, 4, 8)) / 6
    final = random.normal(size=(8, 4)) * gain
    model.set_weights([kernel * opposed, np.zeros(4), second, np.zeros(8), final, np.zeros(4)])
    with captured():
        return onnx_from_model(float_model_of_keras(model), {})


def test_values_beyond_float16_stay_float32_and_are_named():
    float32, pixels = classifier(kernel=300.0, gain=1e-4), pixels_of(48, seed=1)
    made = onnx_fp16_from_fp32(float32, pixels)
    assert any("opposed" in name for name in made.wide)
    assert "where float16 ends" in made.notes[0]
    check_finite(made.data, pixels)
    expected = outputs_of_onnx(serialised(float32), pixels)
    np.testing.assert_allclose(outputs_of_onnx(made.data, pixels), expected, atol=0.02)
    with pytest.raises(CheckFailedError, match="float32 weight"):
        check_float16(check_onnx(made.data))
    check_float16(check_onnx(made.data), wide=made.wide)


def test_convolution_whose_rounding_changes_the_labels_is_computed_twice():
    # Pixels that differ little between neighbours, so that weights cancel each other and their rounding does not.
    smooth = (128 + pixels_of(48, seed=1) / 120).astype(np.uint8)
    float32 = classifier(kernel=30.0, gain=0.003)
    made = onnx_fp16_from_fp32(float32, smooth)
    assert made.twice
    assert made.wide == ()
    assert "computed twice" in made.notes[0]
    check_float16(check_onnx(made.data))
    expected = outputs_of_onnx(serialised(float32), smooth)
    usual = serialised(onnx_fp16_from_onnx(float32))
    ours, theirs = (np.abs(outputs_of_onnx(file, smooth) - expected).mean() for file in (made.data, usual))
    assert ours < 0.2 * theirs


def test_file_that_answers_like_float32_is_left_alone():
    made = onnx_fp16_from_fp32(classifier(kernel=0.05, gain=5.0), pixels_of(48, seed=1))
    assert (made.wide, made.twice, made.notes) == ((), (), ())
