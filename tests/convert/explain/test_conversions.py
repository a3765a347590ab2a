"""Corrected conversions are compared with a float model that is scaled as they are."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from edgewright_convert.explain.conversions import baseline_conversion, corrected_conversion
from edgewright_convert.explain.layers import layer_errors
from edgewright_convert.float_model import float_model_of_keras, float_model_of_run
from edgewright_convert.int8 import Correction, CorrectionSteps, corrected_by, correction_of
from edgewright_convert.int8.correction_steps import Equalization
from edgewright_convert.int8.network.fake_quantization import in_layer_scopes
from edgewright_convert.int8.network.folding import folded_model
from edgewright_convert.options import ConvertOptions
from edgewright_convert.run_inputs import RunInputs, opened_run
from edgewright_convert.tflite.converter import tflite_fp32_from_model
from edgewright_runtime.library_noise import captured
from edgewright_runtime.run.run_folder import RunFolder

from ...tolerances import assert_probabilities_close

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def inputs(converted_run):
    """The float model, the representative dataset and the correction of one run."""
    names = ("float_model", "representative_dataset")
    given = {"run": opened_run(RunFolder(converted_run)), "options": ConvertOptions(), "on_progress": print}
    made = RunInputs(given)
    with captured():
        made.make(names)
        values = made.values(names)
        pixels, model = values["representative_dataset"].pixels, values["float_model"].loaded
        corrected = corrected_by(model, pixels, CorrectionSteps(Equalization(0.7, relu=True), regression=True))
    return SimpleNamespace(**values, correction=Correction(corrected))


@pytest.fixture(scope="module")
def baseline(inputs):
    with captured():
        return baseline_conversion(inputs.float_model, inputs.representative_dataset.pixels)


@pytest.fixture(scope="module")
def balanced(inputs):
    """Equalized too, so that its channels are not the float model's."""
    with captured():
        pixels = inputs.representative_dataset.pixels
        return corrected_conversion(inputs.correction, "balanced", inputs.float_model, pixels)


@pytest.fixture(scope="module")
def rows(balanced, test_pixels):
    return layer_errors(balanced.float_file, balanced.int8_file, test_pixels, grid_file=balanced.grid_file)


def test_corrected_layers_are_those_that_have_a_range_and_the_answer(inputs, rows):
    assert {row.layer for row in rows} == {*inputs.correction.corrected.ranges, "output"}
    assert [row.operator for row in rows].count("CONV_2D") == 3


def test_float_side_answers_like_the_float_model_and_the_grid_side_like_the_corrected_one(
    inputs, balanced, test_pixels, reference_outputs, run_tflite
):
    corrected = np.asarray(inputs.correction.corrected.model(test_pixels.astype(np.float32), training=False))
    by_float, by_grid = (run_tflite(file, test_pixels) for file in (balanced.float_file, balanced.grid_file))
    assert_probabilities_close(by_grid, corrected)
    # Not the same: the scaling of pixels has moved by up to half a level, so that each of them gets one of its own.
    assert np.abs(by_float - reference_outputs).mean() < 0.8 * np.abs(by_grid - reference_outputs).mean()


def test_corrected_channels_are_compared_with_channels_scaled_alike(inputs, balanced, rows, test_pixels):
    folded = folded_model(inputs.float_model.loaded)
    scoped = float_model_of_keras(folded, in_layer_scopes(folded, inputs.correction.corrected.ranges))
    with captured():
        unlike = layer_errors(tflite_fp32_from_model(scoped), balanced.int8_file, test_pixels)
    assert {row.layer for row in unlike} == {row.layer for row in rows}
    assert min(row.sqnr_db for row in rows) > 12
    assert min(row.sqnr_db for row in unlike) < 10


def test_errors_of_weights_and_activations_are_told_apart(rows, baseline, test_pixels):
    for row in rows[2:]:
        assert row.sqnr_db < row.weights_db < 100
        assert row.activations_db < 100
    assert {row.weights_db for row in layer_errors(baseline.float_file, baseline.int8_file, test_pixels[:1])} == {None}


def test_exact_pixels_do_not_blame_the_layer_that_reads_them(rows):
    assert rows[1].sqnr_db > 100
    assert rows[2].lost_db < 20


def test_model_that_cannot_be_corrected_is_explained_as_the_baseline_with_the_reason(inputs, run_copy, test_pixels):
    (run_copy / "model.keras").unlink()
    with captured():
        model = float_model_of_run(opened_run(RunFolder(run_copy)))
        correction = correction_of(model.loaded, test_pixels)
        made = corrected_conversion(correction, "balanced", model, inputs.representative_dataset.pixels)
    assert (made.effort, made.grid_file) == ("baseline", None)
    assert made.notes[0].startswith("The model cannot be corrected for INT8, so this is the baseline conversion: ")
    assert "not in a graph of layers" in made.notes[0]
    names = [row.layer for row in layer_errors(made.float_file, made.int8_file, test_pixels[:1])]
    assert len(set(names)) > 4
    assert not any("/" in name or ";" in name or "PartitionedCall" in name for name in names)
