"""Latency of the formats of a run, as it is typed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import partial

from ...running import EDGEWRIGHT, edgewright


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
    assert "Note: onnx-fp32, onnx-fp16, onnx-int8, onnx-int8-cpu: " in done.stderr
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
