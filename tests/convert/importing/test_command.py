import shutil
from functools import partial

import pytest

from edgewright_convert.importing.command import COMMAND
from edgewright_runtime.errors import EdgewrightError

from ...typed import typed


@pytest.fixture
def run_command():
    return partial(typed, "import", COMMAND)


@pytest.fixture
def model(tmp_path, imported_model):
    imported_model().save(tmp_path / "model.keras")
    return tmp_path / "model.keras"


def refused(run_command, *arguments):
    result = run_command(*arguments)
    assert isinstance(result.exception, EdgewrightError)
    return str(result.exception)


@pytest.fixture
def arguments(tmp_path, digit_labels):
    return ["--out", tmp_path / "run", "--labels", digit_labels, "--normalisation", "unit"]


def test_model_becomes_a_run_folder(tmp_path, model, arguments, run_command):
    run = tmp_path / "run"
    result = run_command(model, *arguments)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in run.iterdir()) == [
        "labels.txt",
        "manifest.json",
        "model.keras",
        "preprocessing.json",
    ]
    assert f"{run} is ready" in " ".join(result.stdout.split())


def test_run_that_holds_a_model_is_refused_unless_it_may_be_overwritten(tmp_path, model, arguments, run_command):
    run_command(model, *arguments)
    stale = tmp_path / "run" / "tflite" / "model_int8.tflite"
    stale.parent.mkdir()
    stale.write_bytes(b"of the earlier model")
    before = (tmp_path / "run" / "model.keras").read_bytes()
    assert "--overwrite" in refused(run_command, model, *arguments)
    assert (tmp_path / "run" / "model.keras").read_bytes() == before
    assert stale.is_file()
    result = run_command(model, *arguments, "--overwrite")
    assert result.exit_code == 0, result.output
    assert not stale.exists()


def test_same_model_is_imported_once_if_needed_and_another_is_refused(
    tmp_path, model, arguments, run_command, imported_model
):
    run_command(model, *arguments)
    path = tmp_path / "run" / "model.keras"
    before = path.stat().st_mtime_ns
    result = run_command(model, *arguments, "--if-needed")
    assert result.exit_code == 0, result.output
    assert "is up to date" in result.stdout
    assert path.stat().st_mtime_ns == before
    imported_model(activation=None).save(model)
    assert "holds a model already" in refused(run_command, model, *arguments, "--if-needed")
    assert path.stat().st_mtime_ns == before


def test_all_that_is_missing_is_named_at_once(tmp_path, model, run_command):
    sentence = refused(run_command, model, "--out", tmp_path / "run")
    for needed in ("--labels FILE", "--normalisation NAME", "minus-one-to-one", "--data FOLDER"):
        assert needed in sentence


def test_part_of_the_image_that_is_used_goes_into_the_contract(tmp_path, model, arguments, run_command):
    result = run_command(model, *arguments, "--resize", "crop", "--crop-fraction", "0.875")
    assert result.exit_code == 0, result.output
    assert '"crop_fraction": 0.875' in (tmp_path / "run" / "preprocessing.json").read_text()


def test_files_of_the_data_that_are_left_out_are_named(tmp_path, model, arguments, digit_images, run_command):
    data = tmp_path / "data"
    shutil.copytree(digit_images, data)
    for number in range(7):
        (data / "4" / f"broken-{number}.png").write_bytes(b"no image")
    result = run_command(model, *arguments, "--data", data)
    assert result.exit_code == 0, result.output
    lines = result.stderr.splitlines()
    for number, line in enumerate(lines[:5]):
        assert line.startswith(f"Warning: left out {data}/4/broken-{number}.png: it is not an image, or is damaged; ")
    assert lines[5] == "Warning: left out 2 more files"


def test_photo_added_to_the_data_is_noticed(tmp_path, model, arguments, digit_images, run_command):
    data = tmp_path / "data"
    shutil.copytree(digit_images, data)
    run_command(model, *arguments, "--data", data)
    assert "is up to date" in run_command(model, *arguments, "--data", data, "--if-needed").stdout
    shutil.copy(data / "4" / "0001.png", data / "4" / "another.png")
    assert "holds a model already" in refused(run_command, model, *arguments, "--data", data, "--if-needed")
