"""Equalization changes the size of channels, and not the function."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from edgewright_convert.int8.correction_steps import Equalization
from edgewright_convert.int8.fitting.cross_layer_equalization import equalize
from edgewright_convert.int8.network.folding import folded_model
from edgewright_convert.int8.network.keras_graph import graph_of
from edgewright_convert.int8.network.pixel_normalisation import (
    normalisation_steps,
    normalised_ranges,
    without_half_steps,
)

pytestmark = pytest.mark.numeric


def test_equalized_model_answers_alike_and_its_streams_are_more_even(
    tiny_model: keras.Model, calibration: NDArray[np.uint8], held_out: NDArray[np.uint8]
) -> None:
    folded = folded_model(tiny_model)
    graph = graph_of(folded)
    (addition,) = [layer for layer in folded.layers if isinstance(layer, keras.layers.Add)]
    stream = keras.Model(folded.inputs[0], addition.output)

    def unevenness() -> float:
        sizes = np.abs(np.asarray(stream(calibration.astype(np.float32)))).max(axis=(0, 1, 2))
        return float(sizes.max() / sizes.min())

    before = unevenness()
    equalize(graph, calibration, Equalization(0.7, relu=True))
    images = held_out.astype(np.float32)
    assert unevenness() < 0.8 * before
    assert np.abs(np.asarray(folded(images)) - np.asarray(tiny_model(images))).max() < 0.02


def test_every_pixel_value_keeps_its_own_level_through_the_normalisation(
    tiny_model: keras.Model, held_out: NDArray[np.uint8]
) -> None:
    folded = folded_model(tiny_model)
    graph = graph_of(folded)
    without_half_steps(graph)
    last = normalisation_steps(graph)[-1]
    found = normalised_ranges(graph)[id(last)]
    values = np.arange(256, dtype=np.float32)
    normalised = (values / 127.5 + last.operation.offset) / found.step
    assert np.allclose(normalised, np.rint(normalised), atol=1e-3)
    images = held_out.astype(np.float32)
    assert np.abs(np.asarray(folded(images)) - np.asarray(tiny_model(images))).max() < 0.01
