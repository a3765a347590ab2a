"""Whether a file is up to date with what it is made from."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from edgewright_convert.freshness import is_fresh
from edgewright_convert.options import ConvertOptions
from edgewright_convert.pipeline import convert_run
from edgewright_convert.run_inputs import opened_run
from edgewright_convert.targets import target_named
from edgewright_runtime.run.labels import write_labels
from edgewright_runtime.run.run_folder import RunFolder
from edgewright_runtime.run.splits import read_splits, rows_of, write_splits


@pytest.fixture
def run(run_copy):
    return RunFolder(run_copy)


def fresh(run, name, **options):
    return is_fresh(opened_run(run), ConvertOptions(**options), target_named(name))


def test_file_is_fresh_as_long_as_nothing_changes(run):
    assert all(fresh(run, name) for name in ("tflite-fp32", "tflite-int8", "onnx-fp32", "onnx-fp16", "onnx-int8"))


def test_file_that_is_not_there_or_not_as_it_was_made_is_stale(run):
    run.file_of("tflite-fp32").unlink()
    run.file_of("onnx-fp32").write_bytes(b"other")
    assert not fresh(run, "tflite-fp32")
    assert not fresh(run, "onnx-fp32")


def test_other_labels_make_every_file_stale(run):
    write_labels(run.labels, [f"digit {digit}" for digit in range(10)])
    assert not fresh(run, "tflite-fp32")
    assert not fresh(run, "onnx-int8")


def test_other_images_make_only_the_calibrated_files_stale(run):
    rows = read_splits(run.splits)
    write_splits(run.splits, [replace(rows[0], path="moved.png"), *rows[1:]])
    assert fresh(run, "tflite-fp16")
    assert fresh(run, "onnx-fp32")
    assert not fresh(run, "tflite-int8")
    assert not fresh(run, "onnx-int8")


def test_an_option_makes_those_files_stale_that_depend_on_it(run):
    assert not fresh(run, "tflite-int8", seed=5)
    assert fresh(run, "tflite-fp32", seed=5)
    assert not fresh(run, "tflite-fp32", licence="MIT")
    assert fresh(run, "onnx-fp32", licence="MIT")


def test_where_the_float_model_is_not_at_hand_nothing_is_newer(run):
    run.model.unlink()
    shutil.rmtree(run.saved_model)
    assert fresh(run, "onnx-fp32")


@pytest.fixture
def calibrated(run, digit_images, tmp_path):
    """The folder of images that the run's INT8 .onnx file was calibrated on: all but the test images."""
    test = {row.path for row in rows_of(read_splits(run.splits), "test")}
    folder = tmp_path / "photographs"
    folder.mkdir()
    for path in digit_images.rglob("*.png"):
        if str(path) not in test:
            shutil.copy(path, folder / f"{path.parent.name} {path.name}")
    (outcome,) = convert_run(run, ["onnx-int8"], ConvertOptions(calibrate=folder, int8_effort="fast"))
    assert outcome.error is None
    return folder


def test_images_to_calibrate_on_make_the_file_stale_when_they_change_or_are_others(run, calibrated):
    def up_to_date(**options):
        return fresh(run, "onnx-int8", int8_effort="fast", **options)

    assert up_to_date(calibrate=calibrated)
    assert not up_to_date()
    assert not up_to_date(calibrate=calibrated.parent)
    one = next(calibrated.iterdir())
    content = one.read_bytes()
    one.unlink()
    assert not up_to_date(calibrate=calibrated)
    one.write_bytes(content)
    assert up_to_date(calibrate=calibrated)
    shutil.rmtree(calibrated)
    assert not up_to_date(calibrate=calibrated)


def test_images_to_calibrate_on_concern_only_the_calibrated_files(run, tmp_path):
    assert fresh(run, "tflite-fp16", calibrate=tmp_path / "gone")
    assert not fresh(run, "tflite-int8", calibrate=tmp_path / "gone")
