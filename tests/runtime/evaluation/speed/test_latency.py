"""Each format is timed in a process of its own, and what goes wrong there comes back as one sentence."""

import json

import pytest

from edgewright_runtime.backends.hardware.acceleration import Acceleration
from edgewright_runtime.errors import CheckFailedError, EdgewrightError
from edgewright_runtime.evaluation.speed.latency import IMAGES, bench_run, images_to_time
from edgewright_runtime.evaluation.speed.timing import Sampling
from edgewright_runtime.run.run_folder import RunFolder

QUICK = Sampling(min_runs=3, min_seconds=0, warm_up_runs=1, warm_up_seconds=0)


def test_test_images_of_the_run_take_turns_spread_over_the_classes(run_copy):
    found = images_to_time(RunFolder(run_copy), [])
    assert len(found) == IMAGES
    assert len({image.parent.name for image in found}) > 4


def test_images_that_were_asked_for_are_taken_and_a_few_of_a_folder(run_copy, digit_images):
    one, folder = digit_images / "3" / "0001.png", digit_images / "4"
    found = images_to_time(RunFolder(run_copy), [one, folder])
    assert found[0] == one
    assert len(found) == 1 + IMAGES
    assert {image.parent for image in found[1:]} == {folder}


def test_image_that_is_not_there_and_folder_without_one_are_refused(run_copy, tmp_path):
    with pytest.raises(EdgewrightError, match="No image at"):
        images_to_time(RunFolder(run_copy), [tmp_path / "nowhere.png"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(EdgewrightError, match="empty holds no image"):
        images_to_time(RunFolder(run_copy), [tmp_path / "empty"])


def test_file_that_was_changed_is_a_failed_check_and_costs_the_others_nothing(run_copy, digit_images):
    run = RunFolder(run_copy)
    run.file_of("tflite-fp16").write_bytes(b"changed")
    images = [digit_images / "3" / "0001.png"]
    broken, good = bench_run(run, ["tflite-fp16", "tflite-fp32"], images=images, sampling=QUICK, threads=1)
    assert isinstance(broken.error, CheckFailedError)
    assert "SHA-256" in str(broken.error)
    assert good.figures is not None
    assert (good.figures.threads, good.figures.inference.summary.runs) == (1, 3)
    assert list(json.loads(run.latency.read_text())) == ["tflite-fp32"]


def test_figures_of_a_format_that_is_no_longer_there_go(run_copy, digit_images):
    run = RunFolder(run_copy)
    images = [digit_images / "3" / "0001.png"]
    bench_run(run, ["tflite-fp16"], images=images, sampling=QUICK, threads=None)
    run.file_of("tflite-fp16").unlink()
    bench_run(run, ["tflite-fp32"], images=images, sampling=QUICK, threads=None)
    assert list(json.loads(run.latency.read_text())) == ["tflite-fp32"]


def test_figures_say_what_they_were_measured_with(run_copy, digit_images):
    run, images = RunFolder(run_copy), [digit_images / "3" / "0001.png"]
    asked = Acceleration(xnnpack=False)
    (outcome,) = bench_run(run, ["tflite-fp32"], images=images, sampling=QUICK, threads=1, acceleration=asked)
    assert outcome.figures.acceleration == "no xnnpack"
    assert outcome.figures.library.endswith("without XNNPACK")
    assert json.loads(run.latency.read_text())["tflite-fp32"]["acceleration"] == "no xnnpack"


def test_library_that_dies_of_an_instruction_costs_its_format_alone(run_copy, digit_images, softmax_delegate):
    asked = Acceleration(delegate=str(softmax_delegate), delegate_options=(("trap", "yes"),))
    images = [digit_images / "3" / "0001.png"]
    (dead,) = bench_run(
        RunFolder(run_copy), ["tflite-fp32"], images=images, sampling=QUICK, threads=1, acceleration=asked
    )
    assert "was ended by SIGILL, an instruction that this processor lacks" in str(dead.error)


def test_int8_that_is_slower_than_float_is_told_and_kept(run_copy, digit_images):
    run, images = RunFolder(run_copy), [digit_images / "3" / "0001.png"]
    formats = ["onnx-fp32", "onnx-int8"]
    told = {each.format: each.figures for each in bench_run(run, formats, images=images, sampling=QUICK, threads=1)}
    float32, int8 = (told[name].inference.summary.p50_ms for name in formats)
    kept = json.loads(run.latency.read_text())
    # Which of the two is faster is for the processor to say.
    is_slower = int8 > float32
    for warnings in (told["onnx-int8"].warnings, kept["onnx-int8"]["warnings"]):
        assert any(each.startswith("slower here than float") for each in warnings) == is_slower
    assert not any("slower here" in each for each in told["onnx-fp32"].warnings)
    (alone,) = bench_run(run, ["onnx-int8"], images=images, sampling=QUICK, threads=1)
    is_slower = alone.figures.inference.summary.p50_ms > float32
    assert any("onnx-fp32 when that was measured" in each for each in alone.figures.warnings) == is_slower
