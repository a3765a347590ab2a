import json
from functools import partial

import pytest

from edgewright_convert.command import COMMAND
from edgewright_runtime.errors import EdgewrightError

from ..typed import typed

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
    arguments = ["--labels", digit_labels, "--data", digit_images, "--normalisation", "unit"]
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
    before = (run_copy / "onnx/model_int8.onnx").read_bytes()
    told = []
    for _ in range(2):
        result = run_command(run_copy, "--to", "onnx-int8", "--cache-pixels", "--json")
        told.append(json.loads(result.stdout)[-1]["notes"])
    assert any("stored in cache/" in note for note in told[0])
    assert any("taken from cache/" in note for note in told[1])
    assert (run_copy / "onnx/model_int8.onnx").read_bytes() == before


def test_layers_excluded_from_quantization_are_named_with_what_they_cost(run_copy, run_command):
    result = run_command(run_copy, "--to", "tflite-int8,onnx-int8", "--keep-float", "1", "--json")
    assert result.exit_code == 0, result.output
    by_format = {row["format"]: " ".join(row["notes"]) for row in json.loads(result.stdout)}
    assert "agreement" in by_format["tflite-int8"]
    assert "size x" in by_format["tflite-int8"] or "none pays" in by_format["tflite-int8"]
    assert by_format["onnx-int8"]


def test_integer_only_says_that_no_layer_was_excluded(run_copy, run_command):
    before = (run_copy / "tflite/model_int8.tflite").read_bytes()
    arguments = ["--to", "tflite-int8", "--keep-float", "auto", "--integer-only", "--json"]
    result = run_command(run_copy, *arguments)
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
