"""Frozen layers are computed once where that is asked for and pays, by a rule that looks at no machine."""

import re
from dataclasses import replace

import numpy as np
import pytest

from edgewright_train.fitting.frozen.caching_rule import frozen_layers, saved_share
from edgewright_train.network.network import freeze_for_fine_tuning

from ...tiny import residual_network


def decided(pixels, recipe, *, unfrozen=3, **phase):
    network = residual_network()
    freeze_for_fine_tuning(network, unfrozen)
    phase = replace(recipe.fine_tune, **{"epochs": 4, "views": 2, **phase})
    return frozen_layers(network, pixels, phase, balance="none")


def test_share_saved_is_that_of_the_passes_that_are_not_made():
    # Of 4 epochs with all below frozen, 4 passes over the training and 4 over half as many validation images.
    assert saved_share(1.0, epochs=4, views=1, validation=0.5) == pytest.approx((6 - 1.5) / 6)
    assert saved_share(0.5, epochs=4, views=2, validation=0.0) == pytest.approx(0.5 * 2 / (4 * 2))
    assert saved_share(0.5, epochs=2, views=4, validation=0.0) < 0


def test_where_it_pays_it_is_said_in_one_line(colour_pixels, small_recipe):
    decision = decided(colour_pixels, small_recipe)
    assert decision.cut.lower.layers[-1].name == "sum"
    assert decision.told == (
        "Computing the 4 lower layers (73% of the multiply-adds) once for 2 view(s) of each image, 1 MiB: saves 28%."
    )


@pytest.mark.parametrize("phase", [{"views": "every_epoch"}, {"epochs": 0}])
def test_nothing_is_said_where_nothing_was_asked_for(colour_pixels, small_recipe, phase):
    decision = decided(colour_pixels, small_recipe, **phase)
    assert (decision.cut, decision.told) == (None, "")


@pytest.mark.parametrize(
    ("phase", "reason"),
    [
        ({"unfrozen": "all"}, "nothing below those that are trained can be kept apart"),
        ({"views": 4}, r"to compute the 4 lower layers \(73% of the multiply-adds\) once would save \d%"),
        ({"views": 8}, r"would save -\d+%"),
    ],
)
def test_where_it_does_not_pay_the_reason_is_said(colour_pixels, small_recipe, phase, reason):
    decision = decided(colour_pixels, small_recipe, **phase)
    assert decision.cut is None
    assert decision.told.startswith("Every step computes all layers: ")
    assert re.search(reason, decision.told)


def test_more_than_16_gib_are_not_kept(colour_pixels, small_recipe):
    many = np.resize(colour_pixels.places["train"], 270_000)
    pixels = replace(colour_pixels, places={**colour_pixels.places, "train": many})
    decision = decided(pixels, small_recipe, views=64, epochs=1000)
    assert decision.cut is None
    assert decision.told.endswith("give takes 16.5 GiB.")
