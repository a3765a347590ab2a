import json
import shutil
from functools import partial

import pytest

from edgewright_convert.command import COMMAND
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.manifest import read_manifest
from edgewright_runtime.run.splits import read_splits, rows_of

from ..typed import typed
from .tiny import CLASSES, OUTLIER, classifier_with_outlier

pytestmark = pytest.mark.numeric


@pytest.fixture
def run_command():
    return partial(typed, "convert", COMMAND)


def test_help_has_an_example(run_command):
    result = run_command("--help")
    assert result.exit_code == 0
    assert "Example: edgewright convert" in result.output


def test_json_lists_each_format(run_copy, run_command):
    result = run_command(run_copy, "--to", "onnx-fp16,tflite-fp32", "--json")
    assert result.exit_code == 0
    rows = json.loads(result.stdout)
    assert [row["format"] for row in rows] == ["onnx-fp16", "tflite-fp32"]
    assert rows[0]["path"] == "onnx/model_fp16.onnx"
    assert rows[0]["size_bytes"] > 0
    assert rows[0]["error"] is None


def test_table_names_file_and_error(run_copy, run_command):
    (run_copy / "splits.csv").unlink()
    result = run_command(run_copy, "--to", "tflite-fp16,tflite-int8")
    assert result.exit_code == 2
    assert "tflite/model_fp16.tflite" in result.stdout
    assert "Error: tflite-int8:" in result.stderr


def test_outside_model_becomes_a_run(tmp_path, imported_model, digit_labels, digit_images, run_command):
    model, out = tmp_path / "model.keras", tmp_path / "run"
    imported_model().save(model)
    arguments = ["--labels", digit_labels, "--data", digit_images, "--normalisation", "unit", "--int8-effort", "fast"]
    result = run_command(model, "--out", out, *arguments, "--to", "tflite-int8")
    assert result.exit_code == 0, result.output
    assert (out / "tflite/model_int8.tflite").is_file()


def test_formats_that_fail_for_one_reason_say_it_once(run_copy, run_command):
    (run_copy / "splits.csv").unlink()
    result = run_command(run_copy, "--to", "tflite-int8,onnx-int8")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: tflite-int8, onnx-int8: ")


def test_cached_pixels_are_reported_and_change_nothing(run_copy, run_command):
    arguments = (run_copy, "--to", "onnx-int8", "--int8-effort", "fast", "--json")
    assert run_command(*arguments).exit_code == 0
    before = (run_copy / "onnx/model_int8.onnx").read_bytes()
    told = []
    for _ in range(2):
        result = run_command(*arguments, "--cache-pixels")
        told.append(json.loads(result.stdout)[-1]["notes"])
    assert any("stored in cache/" in note for note in told[0])
    assert any("taken from cache/" in note for note in told[1])
    assert (run_copy / "onnx/model_int8.onnx").read_bytes() == before


def test_layers_excluded_from_quantization_are_named_with_what_they_cost(tmp_path, digit_images, run_command):
    # In this model one layer costs most of the labels, so that no processor's rounding decides what is excluded.
    model, labels, out = tmp_path / "model.keras", tmp_path / "labels.txt", tmp_path / "run"
    classifier_with_outlier().save(model)
    labels.write_text("".join(f"{digit}\n" for digit in range(CLASSES)))
    for digit in range(CLASSES):
        shutil.copytree(digit_images / str(digit), tmp_path / "images" / str(digit))
    arguments = ["--labels", labels, "--data", tmp_path / "images", "--normalisation", "raw", "--int8-effort", "fast"]
    result = run_command(
        model, "--out", out, *arguments, "--to", "tflite-int8,onnx-int8", "--keep-float", "1", "--json"
    )
    assert result.exit_code == 0, result.output
    by_format = {row["format"]: " ".join(row["notes"]) for row in json.loads(result.stdout)}
    assert f"excluded from quantization, in float32: {OUTLIER}" in by_format["tflite-int8"]
    assert "cost: size x" in by_format["tflite-int8"]
    assert "excluded from quantization" in by_format["onnx-int8"]


def test_integer_only_says_that_no_layer_was_excluded(run_copy, run_command):
    arguments = (run_copy, "--to", "tflite-int8", "--int8-effort", "fast", "--json")
    assert run_command(*arguments).exit_code == 0
    before = (run_copy / "tflite/model_int8.tflite").read_bytes()
    result = run_command(*arguments, "--keep-float", "auto", "--integer-only")
    (row,) = json.loads(result.stdout)
    assert any("stays integer-only as asked" in note for note in row["notes"])
    assert (run_copy / "tflite/model_int8.tflite").read_bytes() == before


@pytest.mark.parametrize("wrong", ["some", "-1", "1.5"])
def test_number_of_layers_to_exclude_must_be_one(wrong, run_copy, run_command):
    result = run_command(run_copy, "--to", "tflite-int8", "--keep-float", wrong)
    assert isinstance(result.exception, EdgewrightError)
    assert wrong in str(result.exception)


def refused(run_command, *arguments):
    result = run_command(*arguments)
    assert isinstance(result.exception, EdgewrightError)
    return str(result.exception)


def test_unknown_format_is_refused_before_anything_is_loaded(run_copy, run_command):
    assert "did you mean 'tflite-int8'" in refused(run_command, run_copy, "--to", "tflite-int")


def test_folder_that_is_no_run_is_refused(tmp_path, run_command):
    assert "No run folder" in refused(run_command, tmp_path / "absent")


def test_outside_model_without_out_is_refused(tmp_path, run_command):
    (tmp_path / "model.keras").touch()
    assert "--out" in refused(run_command, tmp_path / "model.keras")


def test_outside_model_without_declaration_is_refused(tmp_path, run_command):
    sentence = refused(run_command, tmp_path / "model.keras", "--out", tmp_path / "run")
    assert "--labels FILE and --normalisation NAME" in sentence


def test_files_that_are_up_to_date_are_left_alone_if_needed(run_copy, run_command):
    path = run_copy / "tflite/model_int8.tflite"
    before = path.stat().st_mtime_ns
    result = run_command(run_copy, "--to", "tflite-int8", "--if-needed", "--json")
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)
    assert row["notes"] == ["up to date"]
    assert path.stat().st_mtime_ns == before


def test_other_options_make_the_file_anew_although_it_is_there(run_copy, run_command):
    path = run_copy / "tflite/model_fp32.tflite"
    before = path.read_bytes()
    result = run_command(run_copy, "--to", "tflite-fp32", "--if-needed", "--model-name", "Leaves")
    assert result.exit_code == 0, result.output
    assert path.read_bytes() != before


@pytest.fixture
def bare_run(run_copy):
    """A run that names no images, as one that was imported without data."""
    (run_copy / "splits.csv").unlink()
    return run_copy


def int8_rows(run_command, run, folder, *more):
    result = run_command(run, "--to", "tflite-int8,onnx-int8", "--calibrate", folder, *more, "--json")
    assert result.exit_code == 0, result.output
    return {row["format"]: row["notes"] for row in json.loads(result.stdout)}


def test_run_without_images_is_calibrated_on_any_images_and_their_coverage_is_said(
    bare_run, digit_images, tmp_path, run_command
):
    folder = tmp_path / "photographs"
    shutil.copytree(digit_images / "3", folder)
    for notes in int8_rows(run_command, bare_run, folder, "--int8-effort", "fast").values():
        drawn = f"the representative dataset is 20 of the 30 images of {folder}"
        assert notes[0] == f"{drawn}, and 10 more are held back to compare files on"
        assert notes[1].startswith(f"the 20 images of {folder} make the float model name ")
        assert "of 10 classes; INT8 ranges may be too narrow for the others" in notes[1]
    again = int8_rows(run_command, bare_run, folder, "--int8-effort", "fast", "--if-needed")
    assert again == {"tflite-int8": ["up to date"], "onnx-int8": ["up to date"]}


def test_where_no_image_is_left_the_correction_is_decided_on_those_that_there_are(
    bare_run, digit_images, tmp_path, run_command
):
    (tmp_path / "list.txt").write_text("".join(f"{digit_images / '3' / f'{number:04}.png'}\n" for number in range(20)))
    for notes in int8_rows(run_command, bare_run, tmp_path / "list.txt", "--keep-float", "1").values():
        assert notes[0].startswith("the representative dataset is 20 images of ")
        assert notes[0].endswith("none is left to compare files on, so that the correction is decided on these")
        assert any("no held-out image to choose it on" in note for note in notes)
    kept = read_manifest(bare_run).artefacts["tflite/model_int8.tflite"].options
    assert kept["int8"]["made_by"] == "balanced"
    assert kept["representative_dataset"]["class_coverage"]["classes"] == 10


def test_run_with_images_is_calibrated_on_others_without_a_test_image(run_copy, digit_images, run_command):
    notes = int8_rows(run_command, run_copy, digit_images, "--int8-effort", "fast")["tflite-int8"]
    test = rows_of(read_splits(run_copy / "splits.csv"), "test")
    assert f"{len(test)} image(s) of {digit_images} left out, which are test images of the run" in notes
    kept = read_manifest(run_copy).artefacts["tflite/model_int8.tflite"].options["representative_dataset"]
    assert {row.path for row in test}.isdisjoint(kept["files"])


def test_where_there_is_no_float_model_the_coverage_is_that_of_the_onnx_file(bare_run, digit_images, run_command):
    (bare_run / "model.keras").unlink()
    shutil.rmtree(bare_run / "saved_model")
    result = run_command(bare_run, "--to", "onnx-int8", "--calibrate", digit_images / "3", "--json")
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)
    assert any("make the float model name" in note for note in row["notes"])


def test_place_without_images_is_refused_and_the_other_formats_are_made(run_copy, tmp_path, run_command):
    for if_needed in ((), ("--if-needed",)):
        result = run_command(run_copy, "--to", "tflite-int8,onnx-fp32", "--calibrate", tmp_path / "gone", *if_needed)
        assert result.exit_code == 2
        assert f"Error: tflite-int8: There are no images at {tmp_path / 'gone'}; give a folder" in result.stderr
        assert "onnx/model_fp32.onnx" in result.stdout
