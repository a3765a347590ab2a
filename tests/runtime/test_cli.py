from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

EDGEWRIGHT = Path(sys.executable).with_name("edgewright")
COMMANDS = ["digits", "train", "convert", "explain", "evaluate", "gate", "bench", "classify"]


def edgewright(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([EDGEWRIGHT, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture(scope="module")
def seven(digit_images):
    return digit_images / "7" / "0003.png"


def test_help_lists_every_command():
    done = edgewright("--help")
    assert done.returncode == 0
    assert [name for name in COMMANDS if f" {name} " not in done.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_one_example(command):
    done = edgewright(command, "--help")
    assert done.returncode == 0
    assert done.stdout.count("Example: edgewright " + command) == 1


def test_help_imports_no_heavy_library():
    probe = "import sys; sys.argv = ['edgewright', '--help']\n"
    probe += "from edgewright_runtime.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    probe += "print(sorted({'tensorflow', 'keras', 'onnx', 'onnxruntime', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_unknown_command_suggests_the_nearest():
    done = edgewright("clasify", "runs/x")
    assert done.returncode == 2
    assert "did you mean 'classify'?" in done.stderr


def test_classify_prints_json_in_the_order_of_the_arguments(converted_run, digit_images):
    images = [digit_images / label / "0001.png" for label in ("3", "1", "2")]
    done = edgewright("classify", converted_run, *images, "--json", "--top-k", "2")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [entry["path"] for entry in answer] == [str(image) for image in images]
    for entry in answer:
        first, second = entry["predictions"]
        assert first.keys() == {"label", "probability", "index"}
        assert first["label"] == str(first["index"])
        assert 1.0 >= first["probability"] >= second["probability"] >= 0.0


def test_classify_goes_on_after_an_unreadable_image_and_exits_with_2(converted_run, seven, tmp_path):
    text = tmp_path / "text.jpg"
    text.write_text("no image")
    done = edgewright("classify", converted_run, text, seven, "--json")
    assert done.returncode == 2
    broken, good = json.loads(done.stdout)
    assert "predictions" not in broken
    assert str(text) in broken["error"]
    assert good["predictions"][0]["label"] == "7"
    assert "Traceback" not in done.stderr


def test_classify_says_on_standard_error_what_ran(converted_run, seven):
    done = edgewright("classify", converted_run, seven)
    assert done.stdout.startswith(f"{seven}: 7 ")
    assert "tflite-int8, ai-edge-litert" in done.stderr


def test_a_changed_byte_in_a_model_is_refused_with_status_1(run_copy, seven):
    model = run_copy / "tflite" / "model_int8.tflite"
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    model.write_bytes(data)
    done = edgewright("classify", run_copy, seven)
    assert done.returncode == 1
    assert "model_int8.tflite" in done.stderr
    assert "SHA-256" in done.stderr


def test_unknown_format_suggests_the_nearest(converted_run, seven):
    done = edgewright("classify", converted_run, seven, "--format", "tflite-int")
    assert done.returncode == 2
    assert "did you mean 'tflite-int8'?" in done.stderr


def test_labels_that_do_not_fit_the_model_are_refused_with_both_numbers(run_copy, seven):
    (run_copy / "manifest.json").unlink()
    (run_copy / "labels.txt").write_text("one\ntwo\nthree\n")
    done = edgewright("classify", run_copy, seven)
    assert done.returncode == 2
    assert "10 output(s)" in done.stderr
    assert "3 label(s)" in done.stderr


@pytest.fixture
def two_cranes(run_copy):
    """A run folder in which the classes 3 and 7 have one label."""
    labels = ["crane" if label in {"3", "7"} else label for label in map(str, range(10))]
    (run_copy / "manifest.json").unlink()
    (run_copy / "labels.txt").write_text("\n".join(labels))
    rows = list(csv.reader((run_copy / "splits.csv").read_text().splitlines()))
    for row in rows:
        row[1] = f"crane [{row[1]}]" if row[1] in {"3", "7"} else row[1]
    (run_copy / "splits.csv").write_text("\n".join(map(",".join, rows)))
    return run_copy


def test_classify_tells_classes_of_one_label_apart_by_their_index(two_cranes, seven, digit_images):
    done = edgewright("classify", two_cranes, seven, digit_images / "1" / "0001.png", "--top-k", "1")
    assert [line.split(": ")[1].rsplit(" ", 1)[0] for line in done.stdout.splitlines()] == ["crane [7]", "1"]
    best = json.loads(edgewright("classify", two_cranes, seven, "--json").stdout)[0]["predictions"][0]
    assert (best["label"], best["index"]) == ("crane", 7)


def test_evaluate_keeps_classes_of_one_label_apart(two_cranes):
    done = edgewright("evaluate", two_cranes, "--format", "tflite-fp32")
    assert done.returncode == 0, done.stderr
    rows = json.loads((two_cranes / "accuracy.json").read_text())["tflite-fp32"]["per_class"]
    assert [row["label"] for row in rows][3:8] == ["crane [3]", "4", "5", "6", "crane [7]"]
    assert {row["n"] for row in rows} == {6}
    assert all(row["top1"] > 0.5 for row in rows)


def test_gate_takes_classes_of_one_label_by_their_index(two_cranes, digit_images):
    model, labels = two_cranes / "tflite" / "model_fp32.tflite", two_cranes / "labels.txt"
    files = ["--labels", labels, "--preprocessing", two_cranes / "preprocessing.json"]
    done = edgewright("gate", model, model, digit_images, *files, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["n"] == 300
    assert found["top1"] > 0.8


def test_evaluate_prints_a_table_and_writes_accuracy_json(run_copy):
    done = edgewright("evaluate", run_copy, "--format", "tflite-fp32,onnx-fp32,tflite-int8")
    assert done.returncode in {0, 1}, done.stderr
    assert "tflite-fp32" in done.stdout
    rows = json.loads((run_copy / "accuracy.json").read_text())
    assert set(rows) == {"tflite-fp32", "onnx-fp32", "tflite-int8"}
    for row in rows.values():
        assert {"top1", "agreement", "drop", "verdict", "n", "n_needed", "p_value", "why"} <= row.keys()
    assert rows["tflite-fp32"]["verdict"] == "pass"
    assert rows["onnx-fp32"]["largest_probability_difference"] < 1e-4


def test_evaluate_refuses_a_test_image_that_was_changed(run_copy, digit_images, tmp_path):
    import shutil

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


def test_bench_keeps_every_sample(run_copy):
    done = edgewright(
        "bench", run_copy, "--format", "tflite-int8,onnx-fp32", "--runs", "20", "--seconds", "0", "--json"
    )
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    rows = json.loads((run_copy / "latency.json").read_text())
    assert printed == rows
    assert set(rows) == {"tflite-int8", "onnx-fp32"}
    for name, row in rows.items():
        assert row["runs"] == len(row["samples_ms"]) == 20
        assert row["p50_ms"] <= row["p90_ms"] <= row["p99_ms"]
        assert row["preprocessing"]["p50_ms"] > 0
        assert row["peak_memory_mb"] > 10
        assert (
            row["size_bytes"]
            == (run_copy / {"tflite-int8": "tflite/model_int8.tflite"}.get(name, "onnx/model_fp32.onnx")).stat().st_size
        )


def test_bench_of_a_missing_format_says_how_to_make_it(float_run):
    done = edgewright("bench", float_run, "--format", "tflite-int8")
    assert done.returncode == 2
    assert "edgewright convert" in done.stderr


def test_evaluate_of_a_run_without_converted_models_says_how_to_make_one(float_run):
    done = edgewright("evaluate", float_run)
    assert done.returncode == 2
    assert "edgewright convert" in done.stderr


def test_no_run_folder_is_one_sentence(tmp_path):
    done = edgewright("evaluate", tmp_path / "nowhere")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_help_answers_at_once():
    # Not a benchmark: a heavy import at the top of a command costs seconds, and this is how a user would meet it.
    before = time.perf_counter()
    edgewright("--help")
    assert time.perf_counter() - before < 5
