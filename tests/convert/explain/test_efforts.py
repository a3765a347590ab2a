"""Which conversion of a run is explained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edgewright_convert.explain.efforts import chosen
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.run_folder import RunFolder


def test_without_an_int8_file_the_baseline_is_explained_and_a_note_says_so(float_run):
    choice = chosen(RunFolder(float_run), None)
    assert choice.effort == "baseline"
    assert "no model_int8.tflite yet" in choice.notes[0]
    assert chosen(RunFolder(float_run), "best").options.int8_effort == "best"


def test_the_runs_own_file_decides_effort_and_images_where_no_effort_is_named(run_copy):
    options = {
        "requested": {"representative_size": 30, "seed": 4, "calibrate": "photos"},
        "int8": {"made_by": "fast", "why": "", "excluded_from_quantization": ["re_lu"]},
    }
    path = run_copy / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["artefacts"]["tflite/model_int8.tflite"]["options"] = options
    path.write_text(json.dumps(manifest))
    choice = chosen(RunFolder(run_copy), None)
    assert (choice.effort, choice.options.int8_effort) == ("fast", "fast")
    assert (choice.options.representative_size, choice.options.seed) == (30, 4)
    assert choice.options.calibrate == Path("photos")
    assert "excludes re_lu from quantization" in choice.notes[1]


def test_other_options_are_those_of_the_runs_own_file(run_copy):
    path = run_copy / "manifest.json"
    manifest = json.loads(path.read_text())
    options = manifest["artefacts"]["tflite/model_int8.tflite"]["options"]
    options["requested"] |= {"model_name": "leaves", "integer_only": True}
    options["int8"] |= {"made_by": "baseline", "why": "not corrected: it has 2 inputs and 1 outputs, not one each"}
    path.write_text(json.dumps(manifest))
    choice = chosen(RunFolder(run_copy), "fast")
    assert (choice.options.model_name, choice.options.integer_only) == ("leaves", True)
    assert choice.own is not None
    assert (choice.own.not_correctable, choice.own.guarded) == (True, False)


def test_unknown_effort_is_refused_with_those_there_are(float_run):
    with pytest.raises(EdgewrightError, match="baseline, fast, balanced, best"):
        chosen(RunFolder(float_run), "utmost")
