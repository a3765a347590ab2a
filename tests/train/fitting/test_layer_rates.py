"""Rates fall from block to block towards the input."""

import keras

from edgewright_train.fitting.layer_rates import layer_factors


def layers(count: int) -> list:
    made = [keras.layers.Dense(2, name=f"layer_{number}") for number in range(count)]
    for layer in made:
        layer.build((None, 2))
    return made


def test_topmost_block_has_the_whole_rate_and_each_below_a_part_of_it():
    low, middle, top = layers(3)
    factors = layer_factors([[top], [middle], [low]], 0.5)
    assert factors == {
        variable.path: factor for layer, factor in ((top, 1), (middle, 0.5), (low, 0.25)) for variable in layer.weights
    }


def test_frozen_layers_have_none():
    low, top = layers(2)
    low.trainable = False
    assert set(layer_factors([[top], [low]], 0.5)) == {variable.path for variable in top.weights}
