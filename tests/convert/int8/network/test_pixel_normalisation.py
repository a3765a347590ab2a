"""Rescaling of raw pixels is written so that INT8 loses nothing in it."""

import keras
import numpy as np
import pytest
from keras import layers

from edgewright_convert.int8.network.folding import folded_model
from edgewright_convert.int8.network.keras_graph import graph_of
from edgewright_convert.int8.network.pixel_normalisation import (
    normalisation_steps,
    normalised_ranges,
    pixel_normalisation_of,
    without_half_steps,
)

from ....tolerances import SHALLOW

pytestmark = pytest.mark.numeric

PIXELS = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8).astype(np.float32)


def network(scale, offset, *, padding="valid"):
    keras.utils.set_random_seed(1)
    inputs = keras.Input((8, 8, 3))
    x = layers.Rescaling(scale, offset, name="normalisation")(inputs)
    x = layers.Conv2D(4, 3, padding=padding, name="first")(x)
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def same(model, other):
    np.testing.assert_allclose(np.asarray(model(PIXELS)), np.asarray(other(PIXELS)), rtol=SHALLOW, atol=SHALLOW)


@pytest.mark.parametrize(
    ("scale", "offset", "kinds"),
    [
        (1 / 127.5, -1.0, ["Rescaling", "Rescaling"]),
        (1 / 255, 0.0, ["Rescaling", "Rescaling"]),
        ([0.017, 0.018, 0.0174], [-2.1, -2.0, -1.8], ["DepthwiseConv2D"]),
    ],
)
def test_steps_are_those_that_int8_can_hold_and_compute_the_same(scale, offset, kinds):
    model = network(scale, offset)
    folded = folded_model(model)
    steps = normalisation_steps(graph_of(folded))
    assert [type(step.operation).__name__ for step in steps] == kinds
    same(folded, model)


def test_ranges_are_those_of_0_to_255_whatever_an_image_holds():
    graph = graph_of(folded_model(network(1 / 127.5, -1.0)))
    found = normalised_ranges(graph)
    last = found[id(normalisation_steps(graph)[-1])]
    assert last.high - last.low == pytest.approx(2.0, rel=1e-5)


def test_every_pixel_value_falls_on_a_level_and_the_next_bias_takes_the_move_back():
    model = network(1 / 127.5, -1.0)
    folded = folded_model(model)
    graph = graph_of(folded)
    without_half_steps(graph)
    scale, offset = (step.operation for step in normalisation_steps(graph))
    steps = offset.offset / scale.scale
    assert steps == pytest.approx(round(steps), abs=1e-3)
    same(folded, model)


def test_offset_of_whole_steps_stays():
    folded = folded_model(network(1 / 128, -1.0))
    graph = graph_of(folded)
    without_half_steps(graph)
    assert normalisation_steps(graph)[-1].operation.offset == pytest.approx(-1.0)


def test_model_that_takes_raw_pixels_has_no_such_step():
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(layers.Conv2D(2, 3)(inputs))))
    graph = graph_of(folded_model(model))
    assert normalisation_steps(graph) == ()
    without_half_steps(graph)


def chained(*normalisations):
    keras.utils.set_random_seed(1)
    inputs = keras.Input((8, 8, 3))
    x = inputs
    for layer in normalisations:
        x = layer(x)
    x = layers.Conv2D(4, 3, padding="same", name="first")(x)
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


@pytest.mark.parametrize(
    ("normalisations", "kinds"),
    [
        ([layers.Rescaling(127.5, 127.5), layers.Rescaling(1 / 127.5, -1.0)], ["Rescaling", "Rescaling"]),
        ([layers.Rescaling(1 / 255), layers.Normalization(mean=0.5, variance=0.25)], ["Rescaling", "Rescaling"]),
        (
            [layers.Rescaling(1 / 255), layers.Normalization(mean=[0.485, 0.456, 0.406], variance=[0.05, 0.05, 0.06])],
            ["DepthwiseConv2D"],
        ),
    ],
)
def test_layers_that_normalise_one_after_the_other_are_joined(normalisations, kinds):
    model = chained(*normalisations)
    folded = folded_model(model)
    assert [type(step.operation).__name__ for step in normalisation_steps(graph_of(folded))] == kinds
    same(folded, model)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Normalization(axis=(1, 3), mean=0.5, variance=0.25),
        layers.Normalization(mean=0.5, variance=0.25, invert=True),
    ],
)
def test_layer_that_does_something_else_to_pixels_stays(layer):
    model = chained(layer)
    folded = folded_model(model)
    assert pixel_normalisation_of(graph_of(model)) is None
    same(folded, model)


def test_normalisation_whose_result_is_read_twice_ends_the_chain():
    inputs = keras.Input((8, 8, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    y = layers.Rescaling(2.0)(x)
    model = keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(layers.Add()([x, y]))))
    found = pixel_normalisation_of(graph_of(model))
    assert found is not None
    assert len(found.steps) == 1
    same(folded_model(model), model)
