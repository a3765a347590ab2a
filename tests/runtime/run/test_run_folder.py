import shlex

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.run.run_folder import RunFolder, open_run


@pytest.fixture
def run(tmp_path):
    (tmp_path / "labels.txt").write_text("cat\ndog\n")
    (tmp_path / "preprocessing.json").write_text("{}")
    return RunFolder(tmp_path)


def test_folder_with_contract_and_labels_opens(run):
    assert open_run(str(run.path)) == run


def test_missing_folder_says_how_to_make_one(tmp_path):
    with pytest.raises(EdgewrightError, match=r"No run folder at .*gone; train one with: edgewright train"):
        open_run(tmp_path / "gone")


@pytest.mark.parametrize("name", ["leaves", "leaves and twigs"])
def test_command_that_would_train_the_missing_run_takes_its_folder_as_one_word(tmp_path, name):
    with pytest.raises(EdgewrightError) as refused:
        open_run(tmp_path / name)
    command = str(refused.value).partition("with: ")[2]
    assert shlex.split(command)[-2:] == ["--out", str(tmp_path / name)]


@pytest.mark.parametrize("name", ["labels.txt", "preprocessing.json"])
def test_folder_without_contract_or_labels_is_no_run_folder(run, name):
    (run.path / name).unlink()

    with pytest.raises(EdgewrightError, match=f"is not a run folder: it holds no {name}"):
        open_run(run.path)


def test_files_are_named_as_the_run_folder_promises(tmp_path):
    run = RunFolder(tmp_path)
    names = ["model", "saved_model", "labels", "preprocessing", "splits", "metrics", "history", "plots", "temperature"]

    assert [getattr(run, name).name for name in [*names, "report", "accuracy", "latency", "manifest"]] == [
        "model.keras",
        "saved_model",
        "labels.txt",
        "preprocessing.json",
        "splits.csv",
        "metrics.json",
        "history.csv",
        "plots",
        "temperature.json",
        "report.html",
        "accuracy.json",
        "latency.json",
        "manifest.json",
    ]


def test_formats_that_are_there_are_found(run):
    assert run.present() == ()
    for name in ("tflite-int8", "keras"):
        run.file_of(name).parent.mkdir(exist_ok=True)
        run.file_of(name).touch()

    assert [row.name for row in run.present()] == ["keras", "tflite-int8"]


def test_reference_is_the_keras_model_or_else_the_saved_model(run):
    with pytest.raises(EdgewrightError, match="holds no float model"):
        run.reference()
    run.saved_model.mkdir()
    assert run.reference().name == "saved-model"
    run.model.touch()
    assert run.reference().name == "keras"
