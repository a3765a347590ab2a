"""The INT8 .tflite file that comes of a correction, through the real converter and interpreter."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from edgewright_convert.float_model import FloatModel, float_model_of_keras
from edgewright_convert.int8 import correction_of, fidelity_of
from edgewright_convert.tflite.int8_file import Int8File, tflite_int8_from_correction
from edgewright_convert.tflite.interpreter import float_operators, outputs_of_tflite
from edgewright_convert.tflite.logits import fine_outputs_of_tflite
from edgewright_runtime.library_noise import captured

from ...tolerances import SHALLOW, probability_errors
from ..tiny import OUTLIER, classifier, classifier_with_outlier

pytestmark = pytest.mark.numeric

Pixels = NDArray[np.uint8]


def int8_file(model: FloatModel, calibration: Pixels, held_out: Pixels, *, effort: Any, exclude: Any = 0) -> Int8File:
    with captured():
        correction = correction_of(model.loaded, calibration, effort=effort)
        reference = model.probabilities(held_out)
        return tflite_int8_from_correction(
            model, correction, calibration, held_out, reference, effort=effort, exclude=exclude
        )


def test_file_says_how_far_it_is_from_the_float_model(
    tiny_model: keras.Model, calibration: Pixels, held_out: Pixels
) -> None:
    model = float_model_of_keras(tiny_model)
    made = int8_file(model, calibration, held_out, effort="balanced")
    assert (made.effort, made.why) == ("balanced", "")
    assert made.fidelity is not None
    reference = np.asarray(tiny_model(held_out.astype(np.float32), training=False))
    distance = np.abs(outputs_of_tflite(made.data, held_out) - reference).mean()
    # Two computations of the float model: layer by layer, and as one graph.
    assert made.fidelity.distance == pytest.approx(float(distance), abs=probability_errors(reference, SHALLOW).mean())


def test_model_without_a_graph_becomes_the_baseline_and_says_so(calibration: Pixels, held_out: Pixels) -> None:
    class Wrapped(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.inner = classifier()

        def call(self, x: object) -> object:
            return self.inner(x)

    own = Wrapped()
    whole = float_model_of_keras(classifier())
    whole.call, whole.loaded = own, own
    made = int8_file(whole, calibration, held_out, effort="balanced")
    assert made.effort == "baseline"
    assert "Python code of its own" in made.why


def test_file_with_layers_in_float_is_nearer_to_the_float_model(calibration: Pixels, held_out: Pixels) -> None:
    model = float_model_of_keras(classifier_with_outlier())
    made = int8_file(model, calibration, held_out, effort="fast", exclude=2)
    assert made.mixed_precision is not None
    assert made.mixed_precision.layers[0] == OUTLIER
    assert len(made.mixed_precision.layers) <= 2
    assert float_operators(made.data) != ()
    assert float_operators(made.integer) == ()
    reference = model.probabilities(held_out)
    fine = fine_outputs_of_tflite(made.data, held_out)
    measured = fidelity_of(outputs_of_tflite(made.data, held_out), reference, fine)
    assert measured == made.fidelity
    assert measured.distance < 0.5 * fidelity_of(outputs_of_tflite(made.integer, held_out), reference).distance
