"""accuracy.json holds what was measured of these files against this float model, and nothing else."""

import json
import shutil

import pytest

from edgewright_runtime.backends.hardware.acceleration import Acceleration
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.evaluation.accuracy import evaluate_run
from edgewright_runtime.evaluation.gate import Thresholds
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.run.run_folder import RunFolder


def measured(run, *formats, split="test"):
    return evaluate_run(RunFolder(run), formats, thresholds=Thresholds(), split=split)


def test_figures_are_written_with_what_they_belong_to(run_copy):
    (outcome,) = measured(run_copy, "tflite-fp16")
    row = json.loads((run_copy / "accuracy.json").read_text())["tflite-fp16"]["test"]
    assert row["sha256"] == sha256_of_file(run_copy / "tflite" / "model_fp16.tflite")
    assert (row["reference"], row["library"]) == ("keras", outcome.library)
    assert (row["n"], row["verdict"]) == (outcome.comparison.n, outcome.comparison.decision.verdict)
    assert row["thresholds"] == {"max_drop": 0.01, "min_agreement": 0.95, "confidence": 0.95}


def test_figures_of_other_formats_and_splits_stay(run_copy):
    measured(run_copy, "tflite-fp16")
    measured(run_copy, "tflite-fp32", split="val")
    found = json.loads((run_copy / "accuracy.json").read_text())
    assert {name: list(by_split) for name, by_split in found.items()} == {
        "tflite-fp16": ["test"],
        "tflite-fp32": ["val"],
    }


def test_figures_against_another_float_model_go(run_copy, float_run):
    import keras

    measured(run_copy, "tflite-fp16")
    (run_copy / "manifest.json").unlink()
    model = keras.saving.load_model(float_run / "model.keras")
    model.layers[-1].bias.assign(model.layers[-1].bias + 1)
    model.save(run_copy / "model.keras")
    measured(run_copy, "tflite-fp32")
    assert list(json.loads((run_copy / "accuracy.json").read_text())) == ["tflite-fp32"]


def test_format_that_cannot_be_opened_costs_the_others_nothing_and_loses_its_old_figures(run_copy):
    measured(run_copy, "tflite-fp16", "tflite-fp32")
    (run_copy / "tflite" / "model_fp16.tflite").write_bytes(b"changed")
    broken, good = measured(run_copy, "tflite-fp16", "tflite-fp32")
    assert broken.comparison is None
    assert "SHA-256" in str(broken.error)
    assert good.error is None
    assert list(json.loads((run_copy / "accuracy.json").read_text())) == ["tflite-fp32"]


def test_label_that_is_none_of_the_runs_is_refused_with_its_image(run_copy):
    splits = run_copy / "splits.csv"
    (run_copy / "manifest.json").unlink()
    splits.write_text(splits.read_text().replace(",3,test", ",three,test"))
    with pytest.raises(EdgewrightError, match=r"the label 'three', which is not in .*labels\.txt"):
        measured(run_copy, "tflite-fp32")


def test_split_without_an_image_is_one_sentence(run_copy):
    splits = run_copy / "splits.csv"
    (run_copy / "manifest.json").unlink()
    splits.write_text("\n".join(line for line in splits.read_text().splitlines() if ",val," not in line))
    with pytest.raises(EdgewrightError, match="has no image in the val split"):
        measured(run_copy, "tflite-fp32", split="val")


def test_missing_float_model_is_told_before_anything_is_read(run_copy):
    (run_copy / "model.keras").unlink()
    shutil.rmtree(run_copy / "saved_model")
    (run_copy / "splits.csv").unlink()
    with pytest.raises(EdgewrightError) as error:
        measured(run_copy, "tflite-fp32")
    assert "splits" not in str(error.value)


def test_figures_say_what_the_model_ran_with(run_copy):
    asked = Acceleration(providers=("cpu",))
    run = RunFolder(run_copy)
    evaluate_run(run, ["onnx-fp32"], thresholds=Thresholds(), acceleration=asked)
    assert json.loads(run.accuracy.read_text())["onnx-fp32"]["test"]["acceleration"] == "cpu"
