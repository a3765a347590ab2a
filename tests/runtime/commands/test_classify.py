"""Images in, labels out, as it is typed."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

from edgewright_runtime.optional_imports import is_importable
from edgewright_runtime.strict_json import write_object

from ...running import EDGEWRIGHT, edgewright


def test_options_may_stand_anywhere_and_take_their_value_after_an_equals_sign(converted_run, seven):
    one = edgewright("classify", "--top-k=2", converted_run, "--json", seven, "--format", "onnx-fp32", seven)
    assert one.returncode == 0, one.stderr
    assert [len(entry["predictions"]) for entry in json.loads(one.stdout)] == [2, 2]


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


def test_decoder_is_told_and_can_be_named(converted_run, seven):
    is_installed = is_importable("simplejpeg") and is_importable("cykooz_resizer")
    assert ("fast decoder" in edgewright("classify", converted_run, seven.parent).stderr) == is_installed
    assert "fast decoder" not in edgewright("classify", converted_run, seven).stderr
    named = edgewright("classify", converted_run, seven, "--decoder", "fast")
    assert named.returncode == (0 if is_installed else 3)
    assert "fast decoder" in named.stderr.lower()
    done = edgewright("classify", converted_run, seven.parent, "--decoder", "pillow")
    assert done.returncode == 0
    assert "fast decoder" not in done.stderr
    unknown = edgewright("classify", converted_run, seven, "--decoder", "pilow")
    assert unknown.returncode == 2
    assert "pillow" in unknown.stderr


def test_file_of_rows_that_began_with_few_images_is_gone_on_with_when_there_are_more(
    converted_run, digit_images, tmp_path
):
    images = sorted((digit_images / "3").iterdir())[:12]
    for given in (images[:2], images):
        done = edgewright("classify", converted_run, *given, "--out", tmp_path / "rows.jsonl")
        assert done.returncode == 0, done.stderr
    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == 12


def test_rows_of_one_decoder_are_not_gone_on_with_by_another(converted_run, digit_images, tmp_path):
    command = ("classify", converted_run, digit_images / "3", "--out", tmp_path / "rows.jsonl", "--decoder", "pillow")
    assert edgewright(*command).returncode == 0
    origin = json.loads((tmp_path / "rows.jsonl.origin.json").read_text())
    assert origin["decoder"] == "pillow"
    write_object(tmp_path / "rows.jsonl.origin.json", {**origin, "decoder": "fast"})
    done = edgewright(*command)
    assert done.returncode == 2
    assert "(decoder differs)" in done.stderr


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


def test_classify_tells_classes_of_one_label_apart_by_their_index(two_cranes, seven, digit_images):
    done = edgewright("classify", two_cranes, seven, digit_images / "1" / "0001.png", "--top-k", "1")
    assert [line.split(": ")[1].rsplit(" ", 1)[0] for line in done.stdout.splitlines()] == ["crane [7]", "1"]
    best = json.loads(edgewright("classify", two_cranes, seven, "--json").stdout)[0]["predictions"][0]
    assert (best["label"], best["index"]) == ("crane", 7)


def test_classify_takes_what_bench_and_evaluate_found_and_says_so_without_claiming_a_pass(run_copy, seven):
    assert edgewright("evaluate", run_copy, "--format", "tflite-fp32").returncode == 0
    benched = edgewright("bench", run_copy, "--format", "tflite-fp32,tflite-int8", "--runs", "5", "--seconds", "0")
    # Sixty images are too few for a pass, so nothing may say that one was given.
    why = "the fastest measured here that may ship; too few test images for a pass"
    assert f"classify takes tflite-fp32: {why}" in benched.stdout
    assert why in edgewright("classify", run_copy, seven).stderr


def test_classify_that_cannot_write_its_answer_does_not_end_well(converted_run, seven):
    with Path("/dev/full").open("w") as full:
        command = [EDGEWRIGHT, "classify", converted_run, seven]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode != 0
    assert "No space left" in done.stderr


def test_temperature_of_the_run_is_applied_and_said_or_left_out(run_copy, seven):
    def probabilities(*options):
        done = edgewright("classify", run_copy, seven, "--json", "--top-k", "10", "--format", "tflite-fp32", *options)
        assert done.returncode == 0, done.stderr
        rows = json.loads(done.stdout)[0]["predictions"]
        return {row["index"]: row["probability"] for row in rows}

    before = probabilities()
    manifest = json.loads((run_copy / "manifest.json").read_text())
    of_model = manifest["artefacts"]["model.keras"]["sha256"]
    write_object(run_copy / "temperature.json", {"schema_version": 1, "temperature": 4.0, "model_sha256": of_model})
    after = probabilities()
    assert list(after) == list(before)
    total = sum(value**0.25 for value in before.values())
    for index, value in after.items():
        assert abs(value - before[index] ** 0.25 / total) < 1e-5
    assert probabilities("--uncalibrated") == before
    assert "; temperature 4)" in edgewright("classify", run_copy, seven, "--format", "tflite-fp32").stderr


def test_temperature_of_another_model_is_a_warning(run_copy, seven):
    write_object(run_copy / "temperature.json", {"schema_version": 1, "temperature": 4.0, "model_sha256": "0" * 64})
    done = edgewright("classify", run_copy, seven, "--format", "tflite-fp32")
    assert done.returncode == 0
    assert "Warning: " in done.stderr
    assert "temperature.json belongs to another model" in done.stderr


def test_rows_of_a_folder_are_written_in_order_with_what_could_not_be_read(converted_run, digit_images, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for number, path in enumerate(sorted(digit_images.glob("*/000[0-3].png"))):
        (photos / f"{number:03}.png").write_bytes(path.read_bytes())
    (photos / "017b.png").write_text("no image")

    done = edgewright("classify", converted_run, photos, "--out", tmp_path / "rows.jsonl", "--workers", "2")

    assert done.returncode == 2
    assert "41 images in" in done.stderr
    assert "1 could not be read" in done.stderr
    again = edgewright("classify", converted_run, photos, "--out", tmp_path / "rows.jsonl")
    assert again.returncode == 2
    assert "0 images in" in again.stderr
    assert "1 could not be read, 41 were there" in again.stderr
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert [row["path"] for row in rows] == sorted(map(str, photos.iterdir()))
    broken = [row for row in rows if row["error"]]
    assert [row["path"] for row in broken] == [str(photos / "017b.png")]
    assert all(row["label"] == row["predictions"][0]["label"] for row in rows if not row["error"])


def test_rows_are_the_same_whatever_the_number_of_workers(converted_run, digit_images):
    one, three = (
        edgewright("classify", converted_run, digit_images / "3", "--rows", "csv", "--workers", count)
        for count in (1, 3)
    )

    assert one.stdout == three.stdout
    assert one.stdout.startswith("path,label,probability,predictions,error\n")
    assert len(one.stdout.splitlines()) == 31


def test_list_on_standard_input(converted_run, seven):
    command = [EDGEWRIGHT, "classify", str(converted_run), "-", "--rows", "jsonl"]
    done = subprocess.run(command, input=f"{seven}\n{seven}\n", capture_output=True, text=True, check=False)

    assert [json.loads(line)["label"] for line in done.stdout.splitlines()] == ["7", "7"]
    done = subprocess.run(command, input="", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert "There was nothing to label (" in done.stderr


def test_killed_run_is_finished_by_the_same_command_with_every_image_once(converted_run, digit_images, tmp_path):
    out, whole = tmp_path / "rows.jsonl", tmp_path / "whole.jsonl"
    command = [EDGEWRIGHT, "classify", str(converted_run), str(digit_images), "--out", str(out)]
    for rows in (1, 40, 150):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and len(_lines(tmp_path / "rows.jsonl.partial")) < rows:
                time.sleep(0.002)
            process.kill()

    done = edgewright("classify", converted_run, digit_images, "--out", out)
    edgewright("classify", converted_run, digit_images, "--out", whole)

    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == whole.read_bytes()
    assert len(_lines(out)) == 300


def test_labels_and_contract_may_lie_elsewhere(converted_run, seven, tmp_path):
    model = tmp_path / "model.tflite"
    model.write_bytes((converted_run / "tflite" / "model_int8.tflite").read_bytes())
    options = ("--labels", converted_run / "labels.txt", "--preprocessing", converted_run / "preprocessing.json")

    alone, given = edgewright("classify", model, seven), edgewright("classify", model, seven, *options)

    assert alone.returncode == 2
    assert "has no preprocessing.json beside it" in alone.stderr
    assert "edgewright import" in alone.stderr
    assert given.stdout.startswith(f"{seven}: 7 ")


def test_ways_of_writing_rows_exclude_each_other(converted_run, seven, tmp_path):
    done = edgewright("classify", converted_run, seven, "--out", tmp_path / "rows.csv", "--json")

    assert done.returncode == 2
    assert "--out and --json exclude each other" in done.stderr


def _lines(path):
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def test_classify_runs_with_what_was_asked_for_or_says_what_is_missing(converted_run, seven, softmax_delegate):
    done = edgewright("classify", converted_run, seven, "--format", "tflite-fp32", "--delegate", softmax_delegate)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{seven}: 7 ")
    assert "Warning: the delegate runs 1 of " in done.stderr
    assert "with libsoftmax_delegate.so" in done.stderr
    none = edgewright(
        "classify", converted_run, seven, "--delegate", "/nowhere/libedgetpu.so.1", "--delegate-option", "a=b"
    )
    assert (none.returncode, none.stdout) == (3, "")
    assert none.stderr == "Error: There is no delegate at /nowhere/libedgetpu.so.1; --delegate takes a shared library\n"
    both = edgewright("classify", converted_run, seven, "--no-xnnpack", "--provider", "cpu")
    assert (both.returncode, both.stderr) == (
        2,
        f"Error: {converted_run} holds no model that takes --no-xnnpack, --provider\n",
    )
