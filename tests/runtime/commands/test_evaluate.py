"""The formats of a run against its float model, as it is typed; in this process where another brings nothing new."""

from __future__ import annotations

import csv
import json
import shutil
from functools import partial
from pathlib import Path

import pytest

from edgewright_runtime.commands.evaluate import COMMAND

from ...running import edgewright
from ...tolerances import FLOAT32_PROBABILITY
from ...typed import typed

pytestmark = pytest.mark.numeric

evaluate = partial(typed, "evaluate", COMMAND)


def test_evaluate_keeps_classes_of_one_label_apart(two_cranes):
    done = evaluate(two_cranes, "--format", "tflite-fp32")
    assert done.exit_code == 0, done.stderr
    rows = json.loads((two_cranes / "accuracy.json").read_text())["tflite-fp32"]["test"]["per_class"]
    assert [row["label"] for row in rows][3:8] == ["crane [3]", "4", "5", "6", "crane [7]"]
    assert {row["n"] for row in rows} == {6}
    assert all(row["top1"] > 0.5 for row in rows)


def test_evaluate_prints_a_table_and_writes_accuracy_json(run_copy):
    done = edgewright("evaluate", run_copy, "--format", "tflite-fp32,onnx-fp32,tflite-int8")
    assert done.returncode in {0, 1}, done.stderr
    assert "tflite-fp32" in done.stdout
    rows = json.loads((run_copy / "accuracy.json").read_text())
    assert set(rows) == {"tflite-fp32", "onnx-fp32", "tflite-int8"}
    for by_split in rows.values():
        assert {"top1", "agreement", "drop", "verdict", "n", "n_needed", "p_value", "why"} <= by_split["test"].keys()
    # Sixty images: the same label on all of them leaves a drop of 4.9 points open.
    assert (rows["tflite-fp32"]["test"]["verdict"], rows["tflite-fp32"]["test"]["n_needed"]) == ("inconclusive", 299)
    assert rows["onnx-fp32"]["test"]["largest_probability_difference"] < FLOAT32_PROBABILITY


def test_figures_of_the_validation_split_stand_beside_those_of_the_test_split(run_copy):
    for split in ("test", "val"):
        done = evaluate(run_copy, "--format", "tflite-fp32", "--split", split)
        assert done.exit_code == 0, done.stderr
    by_split = json.loads((run_copy / "accuracy.json").read_text())["tflite-fp32"]
    assert set(by_split) == {"test", "val"}
    assert by_split["test"]["n"] != by_split["val"]["n"]


def test_strict_asks_for_a_pass(run_copy):
    within = [run_copy, "--format", "tflite-fp32", "--max-drop", "0.01"]
    assert evaluate(*within).exit_code == 0
    assert evaluate(*within, "--strict").exit_code == 1
    assert evaluate(*within, "--strict", "--max-drop", "0.06", "--min-agreement", "0.9").exit_code == 0


def test_evaluate_refuses_a_test_image_that_was_changed(run_copy, digit_images, tmp_path):
    images = tmp_path / "images"
    shutil.copytree(digit_images, images)
    splits = run_copy / "splits.csv"
    text = splits.read_text().replace(str(digit_images), str(images))
    splits.write_text(text)
    rows = list(csv.DictReader(text.splitlines()))
    victim = next(Path(row["path"]) for row in rows if row["split"] == "test")
    other = next(Path(row["path"]) for row in rows if row["split"] == "train")
    shutil.copy(other, victim)
    done = edgewright("evaluate", run_copy, "--format", "tflite-fp32")
    assert done.returncode == 2
    assert victim.name in done.stderr


def test_evaluate_says_loudly_what_is_inconclusive_beside_json_too(run_copy):
    done = edgewright("evaluate", run_copy, "--format", "tflite-fp32", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tflite-fp32"]["verdict"] == "inconclusive"
    assert "INCONCLUSIVE: tflite-fp32: both models name the same label on all 60 images" in done.stderr


def test_evaluate_of_a_run_without_converted_models_says_how_to_make_one(float_run):
    done = edgewright("evaluate", float_run)
    assert done.returncode == 2
    assert "edgewright convert" in done.stderr


def test_no_run_folder_is_one_sentence(tmp_path):
    done = edgewright("evaluate", tmp_path / "nowhere")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
