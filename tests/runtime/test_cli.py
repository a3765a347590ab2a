from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from ..tolerances import FLOAT32_PROBABILITY

pytestmark = pytest.mark.numeric

EDGEWRIGHT = Path(sys.executable).with_name("edgewright")
COMMANDS = ["digits", "train", "import", "convert", "explain", "evaluate", "gate", "bench", "classify"]


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


def test_version_is_one_line():
    done = edgewright("--version")
    assert (done.returncode, done.stdout) == (0, "edgewright 0.1.0\n")
    assert "--version    Print" in edgewright("--help").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["classify"], "edgewright classify needs RUN|FILE and IMAGE; see edgewright classify --help"),
        (["train", "data"], "edgewright train needs --out RUN; see edgewright train --help"),
        (["bench", "run", "--thread", "2"], "edgewright bench has no option --thread: did you mean --threads?"),
        (["bench", "run", "--threads"], "--threads needs a value: --threads N; see edgewright bench --help"),
        (["bench", "run", "--threads", "0"], "--threads must be a whole number from 1 on, not '0'"),
        (["bench", "run", "--json=yes"], "--json takes no value, and got 'yes'"),
        (["bench", "run", "other"], "edgewright bench takes no further argument 'other'; see edgewright bench --help"),
        (["evaluate", "run", "--max-drop", "2"], "--max-drop must be a number at least 0 and at most 1, not '2'"),
        (
            ["gate", "a"],
            "edgewright gate needs CANDIDATE, DATA, --labels FILE and --preprocessing FILE; see edgewright gate --help",
        ),
        (["evaluate", "run", "--split", "train"], "--split must be one of test, val, not 'train'"),
        (["--versoin"], "edgewright has no option --versoin: did you mean --version?"),
        (["--json", "classify"], "--json goes behind a command: edgewright COMMAND --json; see edgewright --help"),
    ],
)
def test_what_is_typed_wrongly_is_one_sentence(arguments, sentence):
    done = edgewright(*arguments)
    assert done.returncode == 2
    assert done.stderr == f"Error: {sentence}\n"


def test_options_may_stand_anywhere_and_take_their_value_after_an_equals_sign(converted_run, seven):
    one = edgewright("classify", "--top-k=2", converted_run, "--json", seven, "--format", "onnx-fp32", seven)
    assert one.returncode == 0, one.stderr
    assert [len(entry["predictions"]) for entry in json.loads(one.stdout)] == [2, 2]


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
    rows = json.loads((two_cranes / "accuracy.json").read_text())["tflite-fp32"]["test"]["per_class"]
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
    for by_split in rows.values():
        assert {"top1", "agreement", "drop", "verdict", "n", "n_needed", "p_value", "why"} <= by_split["test"].keys()
    # Sixty images: the same label on all of them leaves a drop of 4.9 points open.
    assert (rows["tflite-fp32"]["test"]["verdict"], rows["tflite-fp32"]["test"]["n_needed"]) == ("inconclusive", 299)
    assert rows["onnx-fp32"]["test"]["largest_probability_difference"] < FLOAT32_PROBABILITY


def test_figures_of_the_validation_split_stand_beside_those_of_the_test_split(run_copy):
    for split in ("test", "val"):
        done = edgewright("evaluate", run_copy, "--format", "tflite-fp32", "--split", split)
        assert done.returncode == 0, done.stderr
    by_split = json.loads((run_copy / "accuracy.json").read_text())["tflite-fp32"]
    assert set(by_split) == {"test", "val"}
    assert by_split["test"]["n"] != by_split["val"]["n"]


def test_strict_asks_for_a_pass(run_copy):
    within = ["evaluate", run_copy, "--format", "tflite-fp32", "--max-drop", "0.01"]
    assert edgewright(*within).returncode == 0
    assert edgewright(*within, "--strict").returncode == 1
    assert edgewright(*within, "--strict", "--max-drop", "0.06", "--min-agreement", "0.9").returncode == 0


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


def test_bench_of_a_copied_run_takes_any_images_and_notes_what_does_not_run_here(run_copy, digit_images, tmp_path):
    splits = run_copy / "splits.csv"
    splits.write_text(splits.read_text().replace(str(digit_images), "elsewhere"))
    (run_copy / "manifest.json").unlink()
    done = edgewright("bench", run_copy, "--format", "tflite-int8")
    assert done.returncode == 2
    assert "name any photographs to time with: --image FILE or --image FOLDER" in done.stderr
    # What a board without onnxruntime and TensorFlow sees: they are looked for in an empty folder first.
    for name in ("onnxruntime", "tensorflow", "keras"):
        (tmp_path / f"{name}.py").write_text(f"raise ImportError('no {name} on this board')")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    command = [EDGEWRIGHT, "bench", run_copy, "--image", digit_images / "4", "--runs", "5", "--seconds", "0"]
    board = partial(subprocess.run, capture_output=True, text=True, check=False, env=environment)
    done = board([*map(str, command)])
    assert done.returncode == 0, done.stderr
    assert "tflite-int8" in done.stdout
    assert "Note: onnx-fp32, onnx-fp16, onnx-int8: " in done.stderr
    assert "Error" not in done.stderr
    assert board([*map(str, command), "--format", "onnx-fp32"]).returncode == 3


def test_bench_of_a_run_copied_without_its_float_model(run_copy, digit_images):
    shutil.rmtree(run_copy / "saved_model", ignore_errors=True)
    (run_copy / "model.keras").unlink()
    options = ["--image", digit_images / "4", "--runs", "5", "--seconds", "0", "--json"]
    done = edgewright("bench", run_copy, *options)
    assert done.returncode == 0, done.stderr
    assert "tflite-int8" in json.loads(done.stdout)
    assert "keras" not in json.loads(done.stdout)


def test_bench_of_the_files_that_a_board_needs_and_no_others(run_copy, digit_images, tmp_path):
    board = tmp_path / "board"
    shutil.copytree(run_copy / "tflite", board / "tflite")
    for name in ("labels.txt", "preprocessing.json"):
        shutil.copy(run_copy / name, board / name)
    done = edgewright("bench", board, "--image", digit_images / "4", "--runs", "5", "--seconds", "0")
    assert done.returncode == 0, done.stderr
    assert "(8 took turns)" in done.stdout
    assert (
        "classify takes tflite-int8: none of those timed here is known to be fit to ship, see edgewright evaluate."
        in done.stdout
    )


def test_evaluate_says_loudly_what_is_inconclusive_beside_json_too(run_copy):
    done = edgewright("evaluate", run_copy, "--format", "tflite-fp32", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tflite-fp32"]["verdict"] == "inconclusive"
    assert "INCONCLUSIVE: tflite-fp32: both models name the same label on all 60 images" in done.stderr


def test_classify_takes_what_bench_and_evaluate_found_and_says_so_without_claiming_a_pass(run_copy, seven):
    assert edgewright("evaluate", run_copy, "--format", "tflite-fp32").returncode == 0
    benched = edgewright("bench", run_copy, "--format", "tflite-fp32,tflite-int8", "--runs", "5", "--seconds", "0")
    # Sixty images are too few for a pass, so nothing may say that one was given.
    why = "the fastest measured here that may ship; too few test images for a pass"
    assert f"classify takes tflite-fp32: {why}" in benched.stdout
    assert why in edgewright("classify", run_copy, seven).stderr


def test_bench_names_the_fastest_format_and_its_threads(run_copy):
    options = ["--format", "tflite-fp32,onnx-fp32", "--runs", "5", "--seconds", "0"]
    done = edgewright("bench", run_copy, *options, "--threads", "1")
    assert done.returncode == 0, done.stderr
    assert "1 thread" in done.stdout
    assert "Fastest here: " in done.stdout


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


def test_classify_that_cannot_write_its_answer_does_not_end_well(converted_run, seven):
    with Path("/dev/full").open("w") as full:
        command = [EDGEWRIGHT, "classify", converted_run, seven]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode != 0
    assert "No space left" in done.stderr
