"""Corrected conversions are compared with a float model that is scaled as they are."""

from __future__ import annotations

import json

import numpy as np
import pytest

from edgewright_convert.explain.conversions import conversion_of
from edgewright_convert.explain.efforts import chosen
from edgewright_convert.explain.layers import layer_errors
from edgewright_convert.int8.folding import folded_model
from edgewright_convert.int8.writer import as_float_model, in_layer_scopes
from edgewright_convert.options import ConvertOptions
from edgewright_convert.sources import Sources
from edgewright_convert.tflite import tflite_fp32_from_model
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import captured
from edgewright_runtime.run_folder import RunFolder

from ...tolerances import assert_probabilities_close

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def sources(converted_run):
    return Sources(RunFolder(converted_run), ConvertOptions(int8_effort="balanced"))


@pytest.fixture(scope="module")
def plain(sources):
    with captured():
        return conversion_of(sources, "plain")


@pytest.fixture(scope="module")
def balanced(sources):
    """Equalised too, so that its channels are not the float model's."""
    with captured():
        return conversion_of(sources, "balanced")


@pytest.fixture(scope="module")
def rows(balanced, test_pixels):
    return layer_errors(balanced.float_file, balanced.int8_file, test_pixels, grid_file=balanced.grid_file)


def test_corrected_layers_are_those_that_have_a_range_and_the_answer(sources, rows):
    assert {row.layer for row in rows} == {*sources.correction.corrected.ranges, "output"}
    assert [row.operator for row in rows].count("CONV_2D") == 3


def test_float_side_answers_like_the_float_model_and_the_grid_side_like_the_corrected_one(
    sources, balanced, test_pixels, float_answers, run_tflite
):
    corrected = np.asarray(sources.correction.corrected.model(test_pixels.astype(np.float32), training=False))
    by_float, by_grid = (run_tflite(file, test_pixels) for file in (balanced.float_file, balanced.grid_file))
    assert_probabilities_close(by_grid, corrected)
    # Not the same: the scaling of pixels has moved by up to half a level, so that each of them gets one of its own.
    assert np.abs(by_float - float_answers).mean() < 0.8 * np.abs(by_grid - float_answers).mean()


def test_corrected_channels_are_compared_with_channels_scaled_alike(sources, balanced, rows, test_pixels):
    folded = folded_model(sources.float_model.held)
    scoped = as_float_model(folded, in_layer_scopes(folded, sources.correction.corrected.ranges))
    with captured():
        unlike = layer_errors(tflite_fp32_from_model(scoped), balanced.int8_file, test_pixels)
    assert {row.layer for row in unlike} == {row.layer for row in rows}
    assert min(row.sqnr_db for row in rows) > 12
    assert min(row.sqnr_db for row in unlike) < 10


def test_errors_of_weights_and_activations_are_told_apart(rows, plain, test_pixels):
    for row in rows[2:]:
        assert row.sqnr_db < row.weights_db < 100
        assert row.activations_db < 100
    assert {row.weights_db for row in layer_errors(plain.float_file, plain.int8_file, test_pixels[:1])} == {None}


def test_exact_pixels_do_not_blame_the_layer_that_reads_them(rows):
    assert rows[1].sqnr_db > 100
    assert rows[2].lost_db < 20


def test_model_that_cannot_be_corrected_is_explained_plainly_with_the_reason(run_copy, test_pixels):
    (run_copy / "model.keras").unlink()
    told = []
    with captured():
        made = conversion_of(Sources(RunFolder(run_copy), ConvertOptions()), "balanced", on_start=told.append)
    assert (made.effort, made.grid_file) == ("plain", None)
    assert made.notes[0].startswith("The model cannot be corrected for INT8, so this is the plain conversion: ")
    assert "not in a graph of layers" in made.notes[0]
    assert any("balanced" in step for step in told)
    names = [row.layer for row in layer_errors(made.float_file, made.int8_file, test_pixels[:1])]
    assert len(set(names)) > 4
    assert not any("/" in name or ";" in name or "PartitionedCall" in name for name in names)


def test_without_an_int8_file_the_plain_conversion_is_explained_and_a_note_says_so(float_run):
    choice = chosen(RunFolder(float_run), None)
    assert choice.effort == "plain"
    assert "no model_int8.tflite yet" in choice.notes[0]
    assert chosen(RunFolder(float_run), "best").options.int8_effort == "best"


def test_the_runs_own_file_decides_effort_and_images_where_no_effort_is_named(run_copy):
    options = {
        "requested": {"representative_size": 30, "seed": 4},
        "int8": {"made_by": "fast", "why": "", "kept_in_float32": ["re_lu"]},
    }
    path = run_copy / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["artefacts"]["tflite/model_int8.tflite"]["options"] = options
    path.write_text(json.dumps(manifest))
    choice = chosen(RunFolder(run_copy), None)
    assert (choice.effort, choice.options.int8_effort) == ("fast", "fast")
    assert (choice.options.representative_size, choice.options.seed) == (30, 4)
    assert "re_lu in float32" in choice.notes[1]


def test_unknown_effort_is_refused_with_those_there_are(float_run):
    with pytest.raises(EdgewrightError, match="plain, fast, balanced, best"):
        chosen(RunFolder(float_run), "utmost")
