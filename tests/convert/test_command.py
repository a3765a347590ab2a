import json

import pytest
import typer
from typer.testing import CliRunner

from edgewright_convert.command import convert
from edgewright_runtime.errors import EdgewrightError


@pytest.fixture
def run_command():
    app = typer.Typer()
    app.command()(convert)

    def run(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


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


def test_outside_model_becomes_a_run(tmp_path, foreign_model, digit_labels, digit_images, run_command):
    model, out = tmp_path / "model.keras", tmp_path / "run"
    foreign_model().save(model)
    arguments = ["--labels", digit_labels, "--data", digit_images, "--normalisation", "unit"]
    result = run_command(model, "--out", out, *arguments, "--to", "tflite-int8")
    assert result.exit_code == 0, result.output
    assert (out / "tflite/model_int8.tflite").is_file()


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
    assert "--labels and --normalisation" in sentence
