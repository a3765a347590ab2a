"""Gains and costs are those of files that were made and run."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from edgewright_convert.explain.conversions import corrected_conversion
from edgewright_convert.explain.error_shares import error_shares
from edgewright_convert.explain.layers import layer_errors
from edgewright_convert.explain.sensitivities import sensitivities_of
from edgewright_convert.explain.trials import try_float_layers, try_float_output, try_other_formats
from edgewright_convert.float_model import float_model_of_keras, load_float_model
from edgewright_convert.int8 import corrected_model, correction_of, fidelity_of
from edgewright_convert.options import ConvertOptions
from edgewright_convert.run_inputs import opened_run
from edgewright_convert.tflite.corrected_file import tflite_from_ranges
from edgewright_convert.tflite.int8_file import FidelityOfTflite
from edgewright_convert.tflite.interpreter import outputs_of_tflite
from edgewright_convert.tflite.rewriting.mixed_precision_file import quantized_layers
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import captured
from edgewright_runtime.run.run_folder import RunFolder

from ..tiny import OUTLIER, classifier_with_outlier

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def int8_file(converted_run, test_pixels):
    with captured():
        made = corrected_model(load_float_model(converted_run / "model.keras").loaded, test_pixels, effort="fast")
        return tflite_from_ranges(made.model, made.ranges)


def test_layers_that_pay_bring_the_outputs_nearer_and_the_others_are_named(int8_file, test_pixels, reference_outputs):
    ranked = quantized_layers(int8_file)
    found = try_float_layers(int8_file, ranked, test_pixels, reference_outputs)
    assert set(found.layers).isdisjoint(found.in_vain)
    assert {*found.layers, *found.in_vain} <= set(ranked)
    assert len(found.layers) <= 3
    assert found.trial.latency_ratio > 0
    assert found.trial.size_ratio == 1 if not found.layers else found.trial.size_ratio > 1


def test_float_output_is_the_same_file_with_the_last_layer_in_float(int8_file, test_pixels, reference_outputs):
    found = try_float_output(int8_file, test_pixels, reference_outputs)
    assert 0 <= found.before <= 1
    assert (
        found.trial.fidelity.distance
        < fidelity_of(outputs_of_tflite(int8_file, test_pixels), reference_outputs).distance
    )
    assert found.trial.size_ratio > 1


def test_file_that_ends_otherwise_has_no_float_output(calibration, held_out):
    pixels = keras.Input((32, 32, 3))
    maps = keras.layers.Conv2D(5, 3)(pixels)
    model = keras.Model(pixels, keras.layers.Softmax()(keras.layers.GlobalMaxPooling2D()(maps)))
    with captured():
        made = corrected_model(model, calibration, effort="fast")
        file = tflite_from_ranges(made.model, made.ranges)
    assert try_float_output(file, held_out, np.asarray(model(held_out.astype(np.float32)))) is None


def test_a_layer_that_causes_the_error_alone_is_found_and_leaving_it_in_float_mends_the_file(calibration, held_out):
    with captured():
        model = float_model_of_keras(classifier_with_outlier())
        made = corrected_conversion(correction_of(model.loaded, calibration, effort="fast"), "fast", model, calibration)
        rows = layer_errors(made.float_file, made.int8_file, held_out[:4], grid_file=made.grid_file)
        ranked = sensitivities_of(made, model, rows, held_out)
        reference = model.probabilities(held_out)
        found = try_float_layers(made.int8_file, tuple(ranked), held_out, reference)
    assert error_shares(ranked, rows, 1.0).worst[0] == OUTLIER
    assert found.layers[0] == OUTLIER
    before = FidelityOfTflite(held_out, reference)(made.int8_file)
    assert found.trial.fidelity.distance < 0.5 * before.distance
    assert found.trial.size_ratio > 1


def test_float16_has_the_float_models_labels(converted_run, int8_file, test_pixels, reference_outputs):
    run, model = opened_run(RunFolder(converted_run)), load_float_model(converted_run / "model.keras")
    with captured():
        fp16, dynamic = try_other_formats(run, ConvertOptions(), model, int8_file, test_pixels, reference_outputs)
    assert (fp16.format, dynamic.format) == ("tflite-fp16", "tflite-dynamic")
    assert fp16.trial.fidelity.agreement == 1.0
    assert fp16.trial.fidelity.images == len(test_pixels)


def test_a_format_that_cannot_be_made_says_why(converted_run, int8_file, test_pixels, reference_outputs):
    run, model = opened_run(RunFolder(converted_run)), load_float_model(converted_run / "model.keras")

    def refuses(_pixels):
        raise EdgewrightError("no such graph")

    model.call, model._frozen = refuses, {}
    with captured():
        found = try_other_formats(run, ConvertOptions(), model, int8_file, test_pixels[:2], reference_outputs[:2])
    assert [each.trial for each in found] == [None, None]
    assert all("no such graph" in each.why_not for each in found)
