from __future__ import annotations

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from edgewright_convert.int8.network.graph_walk import units_of, values_of
from edgewright_convert.int8.network.image_budget import image_budget
from edgewright_convert.int8.network.keras_graph import graph_of


@pytest.fixture(scope="module")
def units():
    """A network that becomes narrower: 16 x 16 x 8, then 8 x 8 x 8, then 10 numbers."""
    inputs = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, padding="same")(inputs)
    x = layers.Conv2D(8, 3, strides=2, padding="same")(x)
    outputs = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    return units_of(graph_of(keras.Model(inputs, outputs)))


def test_all_images_go_through_everything_where_there_is_room(units):
    budget = image_budget(units, 200)
    assert (budget.first, budget.wide, budget.rest) == (200, 0, 200)


def test_few_images_go_through_what_is_wide(units):
    widest, next_widest = sorted((values_of(unit) for unit in units), reverse=True)[:2]
    budget = image_budget(units, 200, memory=5 * 50 * widest)
    assert (budget.first, budget.rest) == (50, 200)
    assert 0 < budget.wide < len(units)
    assert next_widest * 5 * 200 > 5 * 50 * widest


@given(st.integers(20, 500), st.integers(1, 10**8))
def test_stored_values_fit_into_the_memory_or_are_of_twenty_images(units, images, memory):
    budget = image_budget(units, images, memory)
    for number, unit in enumerate(units):
        count = budget.first if number < budget.wide else budget.rest
        assert 20 <= count <= images
        assert count == 20 or 5 * values_of(unit) * count <= memory


def test_where_nothing_fits_few_images_go_through_all(units):
    budget = image_budget(units, 200, memory=1)
    assert (budget.first, budget.wide, budget.rest) == (20, len(units), 0)
