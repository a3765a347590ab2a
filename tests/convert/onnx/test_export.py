"""The float32 export: names, shapes and metadata as every other format has them."""

import json

import keras
import numpy as np
import onnx
import pytest

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.onnx.checks import outputs_of_onnx
from edgewright_convert.onnx.export import contract_metadata, exported, onnx_from_model
from edgewright_convert.onnx.graph import serialised
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import captured
from edgewright_runtime.preprocessing import Preprocessing

from ...tolerances import assert_probabilities_close

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def made(tiny_model) -> onnx.ModelProto:
    with captured():
        return onnx_from_model(float_model_of_keras(tiny_model), {"b": "2", "a": "1"})


def test_pixels_go_in_and_probabilities_come_out_of_any_number_of_images(made, tiny_model, held_out):
    (given,), (found,) = made.graph.input, made.graph.output
    assert (given.name, found.name) == ("pixels", "probabilities")
    assert [each.dim_value for each in given.type.tensor_type.shape.dim][1:] == [32, 32, 3]
    assert found.type.tensor_type.shape.dim[1].dim_value == 5
    reference = np.asarray(tiny_model(held_out.astype(np.float32), training=False))
    assert_probabilities_close(outputs_of_onnx(serialised(made), held_out), reference)


def test_metadata_are_sorted_and_make_no_difference_to_the_graph(made):
    assert [(each.key, each.value) for each in made.metadata_props] == [("a", "1"), ("b", "2")]


def test_same_model_gives_the_same_bytes(made, tiny_model):
    with captured():
        again = onnx_from_model(float_model_of_keras(tiny_model), {"a": "1", "b": "2"})
    assert serialised(again) == serialised(made)


def test_export_before_folding_computes_the_same(tiny_model, held_out):
    with captured():
        bare = exported(float_model_of_keras(tiny_model))
    reference = np.asarray(tiny_model(held_out[:4].astype(np.float32), training=False))
    assert_probabilities_close(outputs_of_onnx(serialised(bare), held_out[:4]), reference)


def test_gelu_is_written_though_onnx_has_no_operator_of_its_kind(held_out):
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(6, 3, activation="gelu")(inputs / 127.5 - 1))
    model = keras.Model(inputs, keras.layers.Dense(5, activation="softmax")(x))
    with captured():
        made = onnx_from_model(float_model_of_keras(model), {})
    reference = np.asarray(model(held_out.astype(np.float32), training=False))
    assert_probabilities_close(outputs_of_onnx(serialised(made), held_out), reference)


def test_contract_and_labels_are_written_as_json_with_their_letters():
    found = contract_metadata(Preprocessing(32, 48), ["größe", "猫"])
    assert json.loads(found["edgewright.labels"]) == ["größe", "猫"]
    assert "猫" in found["edgewright.labels"]
    assert json.loads(found["edgewright.preprocessing"])["width"] == 48


def test_operator_that_onnx_lacks_is_one_sentence():
    import tensorflow as tf

    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Flatten()(inputs)))
    strange = float_model_of_keras(model, lambda pixels: model(tf.raw_ops.Betainc(a=pixels, b=pixels, x=pixels)))
    with captured(), pytest.raises(EdgewrightError) as error:
        exported(strange)
    assert "Betainc" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("opset", [13, 17])
def test_layers_that_onnx_got_late_are_written_in_every_opset_for_boards(held_out, opset):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(6, 4, strides=4, activation="hard_silu")(inputs / 127.5 - 1)
    x = keras.layers.LayerNormalization()(x)
    x = keras.layers.UpSampling2D(interpolation="bilinear")(keras.layers.DepthwiseConv2D(3, activation="gelu")(x))
    x = keras.layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = keras.layers.Multiply()([x, keras.layers.Conv2D(6, 1, activation="hard_sigmoid")(x)])
    model = keras.Model(inputs, keras.layers.Dense(5, activation="softmax")(keras.layers.Flatten()(x)))
    with captured():
        made = onnx_from_model(float_model_of_keras(model), {}, opset=opset)
    onnx.checker.check_model(made, full_check=True)
    assert [each.version for each in made.opset_import] == [opset]
    reference = np.asarray(model(held_out.astype(np.float32), training=False))
    assert_probabilities_close(outputs_of_onnx(serialised(made), held_out), reference)
