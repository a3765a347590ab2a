"""Folding changes how a model is written, and not what it computes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers
from numpy.typing import NDArray

from edgewright_convert.int8.network.folding import folded_model
from edgewright_convert.int8.network.keras_graph import UnsupportedModelError, graph_of
from edgewright_convert.int8.network.pixel_normalisation import normalisation_steps

from ....tolerances import SHALLOW, assert_close, assert_probabilities_close
from ...tiny import SIDE, classifier

pytestmark = pytest.mark.numeric


def _answers(model: Any, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(model(pixels.astype(np.float32), training=False))


def _assert_same_probabilities(model: Any, folded: Any, pixels: NDArray[np.uint8]) -> None:
    assert_probabilities_close(_answers(folded, pixels), _answers(model, pixels))


def _assert_same_logits(model: Any, folded: Any, pixels: NDArray[np.uint8]) -> None:
    assert_close(_answers(folded, pixels), _answers(model, pixels), SHALLOW)


def test_folded_model_answers_like_the_model(tiny_model: keras.Model, held_out: NDArray[np.uint8]) -> None:
    _assert_same_probabilities(tiny_model, folded_model(tiny_model), held_out)


def test_folded_model_has_no_batch_normalisation_and_no_dropout(tiny_model: keras.Model) -> None:
    kinds = {type(layer) for layer in folded_model(tiny_model).layers}
    assert not kinds & {layers.BatchNormalization, layers.Dropout}


def test_folding_leaves_the_model_itself_alone(tiny_model: keras.Model) -> None:
    before = [weight.copy() for weight in tiny_model.get_weights()]
    folded = folded_model(tiny_model)
    for layer in folded.layers:
        layer.set_weights([weight * 0 for weight in layer.get_weights()])
    assert all(np.array_equal(a, b) for a, b in zip(before, tiny_model.get_weights(), strict=True))


def test_nested_backbone_is_laid_open(held_out: NDArray[np.uint8]) -> None:
    model = classifier(nested=True)
    folded = folded_model(model)
    _assert_same_probabilities(model, folded, held_out)
    assert len(graph_of(folded).linear_steps()) == len(graph_of(folded_model(classifier())).linear_steps())


def test_normalisation_becomes_two_steps_of_which_each_gets_a_range(tiny_model: keras.Model) -> None:
    assert len(normalisation_steps(graph_of(folded_model(tiny_model)))) == 2


def test_normalisation_per_channel_becomes_one_depthwise_step(held_out: NDArray[np.uint8]) -> None:
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling([0.017, 0.0175, 0.0174], [-2.1, -2.0, -1.8])(inputs)
    model = keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))
    folded = folded_model(model)
    assert [type(step.operation) for step in normalisation_steps(graph_of(folded))] == [layers.DepthwiseConv2D]
    _assert_same_logits(model, folded, held_out)


def settled(model: Any, pixels: NDArray[np.uint8]) -> Any:
    """The model whose normalisations have gammas and betas of their own, and the statistics of these pixels."""
    draw = np.random.default_rng(4)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.0
            size = layer.moving_mean.shape[0]
            if layer.scale:
                layer.gamma.assign(draw.uniform(0.2, 3, size))
            if layer.center:
                layer.beta.assign(draw.normal(0, 1, size))
    model(pixels.astype(np.float32), training=True)
    return model


def test_normalisations_of_a_head_go_into_the_dense_layers_behind_them(held_out: NDArray[np.uint8]) -> None:
    keras.utils.set_random_seed(6)
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(8, 3, strides=4, activation="relu")(inputs))
    x = layers.Dropout(0.3)(layers.BatchNormalization(scale=False)(x))
    x = layers.BatchNormalization(center=False)(layers.Activation("elu")(layers.Dense(7)(x)))
    x = layers.BatchNormalization()(layers.Dense(6, activation="relu", use_bias=False)(layers.Dropout(0.3)(x)))
    model = settled(keras.Model(inputs, layers.BatchNormalization()(layers.Dense(4)(x))), held_out)
    folded = folded_model(model)
    assert not [layer for layer in folded.layers if isinstance(layer, layers.BatchNormalization)]
    _assert_same_logits(model, folded, held_out)


def test_normalisation_that_two_layers_read_stays(held_out: NDArray[np.uint8]) -> None:
    keras.utils.set_random_seed(6)
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.BatchNormalization()(layers.GlobalMaxPooling2D()(inputs))
    model = settled(keras.Model(inputs, layers.Add()([layers.Dense(4)(x), layers.Dense(4)(x)])), held_out)
    folded = folded_model(model)
    assert len([layer for layer in folded.layers if isinstance(layer, layers.BatchNormalization)]) == 1
    _assert_same_logits(model, folded, held_out)


def test_normalisation_behind_a_dense_layer_is_folded_once_only(held_out: NDArray[np.uint8]) -> None:
    keras.utils.set_random_seed(6)
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.BatchNormalization()(layers.Dense(5)(layers.GlobalAveragePooling2D()(inputs)))
    model = settled(keras.Model(inputs, layers.Dense(3)(x)), held_out)
    folded = folded_model(model)
    assert [type(layer) for layer in folded.layers[-2:]] == [layers.Dense, layers.Dense]
    _assert_same_logits(model, folded, held_out)


def test_layers_that_are_not_known_stay_as_they_are(held_out: NDArray[np.uint8]) -> None:
    keras.utils.set_random_seed(5)
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    x = layers.BatchNormalization()(x)  # nothing linear before it
    left = layers.LeakyReLU()(layers.Conv2D(6, 3, strides=2)(x))
    right = layers.ELU()(layers.SeparableConv2D(6, 3, strides=2)(x))
    x = layers.Concatenate()([left, right])
    gate = layers.Dense(12, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(x))
    x = layers.Flatten()(layers.Multiply()([x, gate]))
    model = keras.Model(inputs, layers.Dense(4, activation="softmax")(x))
    _assert_same_probabilities(model, folded_model(model), held_out)


def test_sequential_model_is_described(held_out: NDArray[np.uint8]) -> None:
    model = keras.Sequential(
        [keras.Input((SIDE, SIDE, 3)), layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(3)]
    )
    _assert_same_logits(model, folded_model(model), held_out)


def test_subclassed_model_is_refused_with_its_reason() -> None:
    class Own(keras.Model):
        def call(self, x: Any) -> Any:
            return x

    with pytest.raises(UnsupportedModelError, match="Python code of its own"):
        folded_model(Own())


def test_layers_of_nested_models_may_have_the_same_name(held_out: NDArray[np.uint8]) -> None:
    inside = classifier(last="relu")  # its last layer is called probabilities
    inputs = keras.Input((SIDE, SIDE, 3))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax", name="probabilities")(inside(inputs)))
    folded = folded_model(model)
    _assert_same_probabilities(model, folded, held_out)
    assert {"probabilities", "probabilities_2"} <= {layer.name for layer in folded.layers}


def test_layers_that_change_images_at_random_stand_still_in_the_steps(held_out: NDArray[np.uint8]) -> None:
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.RandomRotation(0.4)(layers.RandomFlip("horizontal_and_vertical")(inputs))
    x = layers.BatchNormalization()(layers.Conv2D(4, 3, strides=2, use_bias=False)(x), training=True)
    model = keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))
    folded = folded_model(model)
    graph = graph_of(folded)
    values: dict[int, Any] = {id(graph.input): held_out.astype(np.float32)}
    for step in graph.steps:
        values[id(step.output)] = step.call(values)
    assert_close(values[id(graph.output)], _answers(model, held_out), SHALLOW)
