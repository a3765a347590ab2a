"""Activations that are never negative, moved around zero."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from edgewright_convert.onnx.activation_ranges import Range
from edgewright_convert.onnx.signed_activations import with_signed_activations

from .graphs import images, model_of, node, run, weights

pytestmark = pytest.mark.numeric

CONSTANTS = {
    "w1": weights(4, 3, 1, 1),
    "b1": weights(4, seed=2),
    "w2": weights(2, 4, 3, 3, seed=3),
    "b2": weights(2, seed=4),
    "low": np.array(0, np.float32),
    "high": np.array(6, np.float32),
}


def model(*, pads: Any = (0, 0, 0, 0)) -> Any:
    nodes = [
        node("Conv", ["x", "w1", "b1"], "c"),
        node("Clip", ["c", "low", "high"], "a"),
        node("Conv", ["a", "w2", "b2"], "y", pads=list(pads)),
    ]
    return model_of(nodes, CONSTANTS, "y")


def test_range_is_moved_to_all_256_levels_and_the_function_stays():
    moved, ranges = with_signed_activations(model(), {"a": Range(0.0, 5.1)})
    assert (ranges["a"].low, ranges["a"].high) == (pytest.approx(-128 * 0.02), pytest.approx(127 * 0.02))
    assert ranges["a"].scale == pytest.approx(5.1 / 255)  # half of the 5.1 / 127 that it was
    np.testing.assert_allclose(run(moved, images()), run(model(), images()), rtol=1e-4, atol=1e-4)


def test_padding_would_no_longer_be_zero_so_the_tensor_stays():
    given = model(pads=(1, 1, 1, 1))
    moved, ranges = with_signed_activations(given, {"a": Range(0.0, 5.1)})
    assert ranges == {"a": Range(0.0, 5.1)}
    assert moved == given


@pytest.mark.parametrize("found", [Range(-1.0, 5.1), Range(0.0, 0.0)], ids=["negative values", "always zero"])
def test_other_ranges_stay(found):
    assert with_signed_activations(model(), {"a": found})[1] == {"a": found}


def test_chain_of_moved_activations_keeps_its_function():
    constants = {**CONSTANTS, "w3": weights(4, 4, 1, 1, seed=5), "b3": weights(4, seed=6)}
    nodes = [
        node("Conv", ["x", "w1", "b1"], "c"),
        node("Clip", ["c", "low", "high"], "a"),
        node("Conv", ["a", "w3", "b3"], "d"),
        node("Clip", ["d", "low", "high"], "e"),
        node("Conv", ["e", "w2", "b2"], "y"),
    ]
    given = model_of(nodes, constants, "y")
    moved, ranges = with_signed_activations(given, {"a": Range(0.0, 6.0), "e": Range(0.0, 3.0)})
    assert {name for name, found in ranges.items() if found.low < 0} == {"a", "e"}
    np.testing.assert_allclose(run(moved, images()), run(given, images()), rtol=1e-4, atol=1e-4)
