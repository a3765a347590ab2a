"""Model files that lie in no run folder are evaluated, timed and compared, with labels and contract from anywhere."""

from __future__ import annotations

import json
import shutil

import pytest

from edgewright_runtime.commands import bench, evaluate, gate
from edgewright_runtime.errors import EdgewrightError

from ...running import edgewright
from ...typed import typed

COMMANDS = {"bench": bench.COMMAND, "evaluate": evaluate.COMMAND, "gate": gate.COMMAND}


@pytest.fixture
def alone(converted_run, tmp_path):
    """A model file without anything beside it, and options that name what belongs to it."""
    model = shutil.copyfile(converted_run / "tflite" / "model_int8.tflite", tmp_path / "mine.tflite")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("labels.txt", "preprocessing.json"):
        shutil.copyfile(converted_run / name, elsewhere / name)
    options = ["--labels", elsewhere / "labels.txt", "--preprocessing", elsewhere / "preprocessing.json"]
    return model, options


@pytest.fixture
def folder(alone, converted_run, tmp_path):
    """A folder of model, labels and contract, the model of any name."""
    made = tmp_path / "mine"
    made.mkdir()
    shutil.copyfile(alone[0], made / "leaf classifier.tflite")
    for name in ("labels.txt", "preprocessing.json"):
        shutil.copyfile(converted_run / name, made / name)
    return made


def test_evaluate_tells_the_accuracy_of_a_file(alone, digit_images):
    model, options = alone
    done = edgewright("evaluate", model, "--data", digit_images, *options, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["n"] == 300
    assert found["top1_low"] < found["top1"] <= found["top1_high"]
    assert found["top1"] > 0.8
    assert [row["n"] for row in found["per_class"]] == [30] * 10


def test_folder_of_model_labels_and_contract_is_taken_as_one(folder, digit_images):
    done = edgewright("evaluate", folder, "--data", digit_images)
    assert done.returncode == 0, done.stderr
    assert "leaf classifier.tflite: top-1 " in done.stdout
    done = edgewright("classify", folder, digit_images / "4" / "0001.png", "--json")
    assert json.loads(done.stdout)[0]["label"] in set("0123456789")


def test_bench_times_a_file_and_writes_nothing(alone, digit_images):
    model, options = alone
    before = sorted(model.parent.rglob("*"))
    done = edgewright("bench", model, "--image", digit_images, *options, "--runs", "3", "--seconds", "0", "--json")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout).values()
    assert row["runs"] == 3
    assert sorted(model.parent.rglob("*")) == before


def test_gate_takes_what_lies_beside_each_model(folder, converted_run, digit_images):
    model = folder / "leaf classifier.tflite"
    done = edgewright("gate", converted_run / "tflite" / "model_fp32.tflite", model, digit_images, "--json")
    assert done.returncode in {0, 1}, done.stderr
    assert json.loads(done.stdout)["agreement"] > 0.9


def test_gate_takes_run_folders_that_hold_one_model_file(converted_run, digit_images, tmp_path):
    for name in ("labels.txt", "preprocessing.json", "tflite/model_fp32.tflite"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(converted_run / name, tmp_path / name)
    done = edgewright("gate", tmp_path, tmp_path, digit_images, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["agreement"] == 1


def test_gate_compares_agreement_on_photographs_without_labels(folder, digit_images):
    done = edgewright("gate", folder, folder, digit_images / "4", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["n"], found["top1"], found["agreement"]) == (30, None, 1.0)
    assert "only agreement can be told" in done.stderr


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["evaluate", "{model}"], "names no images; give labelled ones with --data DATA"),
        (["evaluate", "{model}", "--format", "tflite-int8"], "is one model file, so its format is known"),
        (
            ["evaluate", "{run}", "--data", "photos"],
            "is a run folder, which has its own; --data goes with a model file",
        ),
        (
            ["bench", "{run}", "--labels", "x.txt"],
            "is a run folder, which has its own; --labels goes with a model file",
        ),
        (["bench", "{model}"], "A model file brings no images of its own; name any photographs to time with"),
        (["gate", "{run}", "{model}", "photos"], "is a run folder; name a model file in it"),
        (["evaluate", "{several}", "--data", "photos"], "holds 2 model files, such as a.tflite; name one of them"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(command, sentence, alone, converted_run, tmp_path):
    several = tmp_path / "several"
    several.mkdir()
    for name in ("a.tflite", "b.onnx"):
        (several / name).write_bytes(b"x")
    places = {"model": alone[0], "run": converted_run, "several": several}
    name, *rest = command
    done = typed(name, COMMANDS[name], *(part.format(**places) for part in rest))
    assert isinstance(done.exception, EdgewrightError)
    assert sentence in str(done.exception)


def test_gate_refuses_models_whose_contracts_make_other_pixels(folder, converted_run, digit_images):
    contract = json.loads((folder / "preprocessing.json").read_text())
    (folder / "preprocessing.json").write_text(json.dumps({**contract, "interpolation": "bicubic"}))
    model = converted_run / "tflite" / "model_fp32.tflite"
    done = edgewright("gate", model, folder, digit_images)
    assert done.returncode == 2
    assert "make different pixels (interpolation is bilinear and bicubic)" in done.stderr
