"""Rates fall from block to block towards the input."""

import keras
import pytest

from edgewright_train.fitting.layer_rates import blocks_by_position, layer_factors


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


@pytest.mark.parametrize(("count", "sizes"), [(4, [2, 2]), (5, [2, 2, 1])])
def test_blocks_by_position_come_from_the_top_down_and_leave_none_out(count, sizes):
    made = layers(count)
    blocks = blocks_by_position(made, size=2)
    assert [len(block) for block in blocks] == sizes
    assert [layer for block in blocks for layer in block] == made[::-1]
