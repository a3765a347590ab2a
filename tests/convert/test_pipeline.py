import contextlib
import os
import shutil
import threading

import pytest

from edgewright_convert.command import exit_status
from edgewright_convert.options import ConvertOptions
from edgewright_convert.pipeline import Outcome, convert, convert_run
from edgewright_runtime.errors import CheckFailedError, EdgewrightError, MissingDependencyError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.library_noise import Noise
from edgewright_runtime.run.labels import write_labels
from edgewright_runtime.run.manifest import read_manifest
from edgewright_runtime.run.run_folder import RunFolder

from ..tolerances import assert_probabilities_close

pytestmark = pytest.mark.numeric

FORMATS = (
    "tflite-fp32",
    "tflite-fp16",
    "tflite-dynamic",
    "tflite-int8",
    "onnx-fp32",
    "onnx-fp16",
    "onnx-int8",
    "onnx-int8-cpu",
)


@pytest.fixture
def fresh_run(tmp_path, float_run):
    path = tmp_path / "run"
    shutil.copytree(float_run, path)
    return RunFolder(path)


def test_two_conversions_give_the_same_bytes(converted_run, fresh_run):
    convert_run(fresh_run, FORMATS, ConvertOptions())
    for name in FORMATS:
        assert fresh_run.file_of(name).read_bytes() == RunFolder(converted_run).file_of(name).read_bytes(), name


def test_every_artefact_is_in_the_manifest_with_its_origin(converted_run):
    run, entries = RunFolder(converted_run), read_manifest(converted_run).artefacts
    for name in FORMATS:
        entry = entries[run.file_of(name).relative_to(run.path).as_posix()]
        assert entry.sha256 == sha256_of_file(run.file_of(name))
        assert (entry.stage, entry.options["format"], entry.options["source"]) == ("convert", name, "model.keras")
        assert entry.versions["tensorflow" if "tflite" in name else "onnx"]
        if name.endswith("int8"):
            chosen = entry.options["representative_dataset"]
            assert chosen["split"] == "train"
            assert len(chosen["files"]) == chosen["size"] >= 20
            assert len(chosen["sha256"]) == 64


def test_what_a_format_is_derived_from_is_made_first(fresh_run):
    outcomes = convert_run(fresh_run, ["onnx-fp16"], ConvertOptions())
    assert [(each.format, each.asked, each.error) for each in outcomes] == [
        ("onnx-fp32", False, None),
        ("onnx-fp16", True, None),
    ]


def test_fresh_origin_is_not_made_again_and_a_stale_one_is(run_copy):
    run = RunFolder(run_copy)
    assert [each.format for each in convert_run(run, ["onnx-fp16"], ConvertOptions())] == ["onnx-fp16"]
    write_labels(run.labels, [f"digit {digit}" for digit in range(10)])
    assert [each.format for each in convert_run(run, ["onnx-fp16"], ConvertOptions())] == ["onnx-fp32", "onnx-fp16"]


def test_origin_that_was_changed_by_hand_is_made_again(run_copy):
    run = RunFolder(run_copy)
    before = run.file_of("onnx-fp32").read_bytes()
    run.file_of("onnx-fp32").write_bytes(before[:-1] + b"\0")
    assert [each.format for each in convert_run(run, ["onnx-fp16"], ConvertOptions())] == ["onnx-fp32", "onnx-fp16"]
    assert run.file_of("onnx-fp32").read_bytes() == before


def test_other_options_make_the_origin_stale(run_copy):
    pytest.importorskip("tensorrt_rtx")
    outcomes = convert_run(RunFolder(run_copy), ["tensorrt-rtx-int8"], ConvertOptions(seed=5, int8_effort="fast"))
    assert [each.format for each in outcomes] == ["onnx-int8", "tensorrt-rtx-int8"]


def test_one_failure_does_not_stop_the_others(fresh_run):
    fresh_run.splits.unlink()
    by_name = {each.format: each for each in convert_run(fresh_run, FORMATS, ConvertOptions())}
    failed = {name for name, outcome in by_name.items() if outcome.error is not None}
    assert failed == {"tflite-int8", "onnx-int8", "onnx-int8-cpu"}
    assert "--data FOLDER" in str(by_name["tflite-int8"].error)
    assert "not tried on real images" in by_name["onnx-fp32"].notes[0]


def test_what_is_made_from_a_failed_format_says_so(fresh_run):
    pytest.importorskip("tensorrt_rtx")
    fresh_run.splits.unlink()
    outcomes = convert_run(fresh_run, ["tensorrt-rtx-int8"], ConvertOptions())
    assert "made from onnx-int8, which could not be made" in str(outcomes[-1].error)


def test_changed_model_is_refused_before_it_is_loaded(fresh_run):
    data = bytearray(fresh_run.model.read_bytes())
    data[len(data) // 2] ^= 1
    fresh_run.model.write_bytes(data)
    (outcome,) = convert_run(fresh_run, ["tflite-fp32"], ConvertOptions())
    assert isinstance(outcome.error, CheckFailedError)
    assert "SHA-256 differs" in str(outcome.error)


def test_wrong_number_of_labels_names_both_numbers(fresh_run):
    write_labels(fresh_run.labels, ["a", "b"])
    (outcome,) = convert_run(fresh_run, ["tflite-fp32"], ConvertOptions())
    assert "10 outputs" in str(outcome.error)
    assert "2 labels" in str(outcome.error)


def test_contract_of_another_size_is_refused(fresh_run):
    from edgewright_runtime.preprocessing import Preprocessing

    Preprocessing(48, 32).save(fresh_run.preprocessing)
    (outcome,) = convert_run(fresh_run, ["tflite-fp32"], ConvertOptions())
    assert "(32, 32, 3)" in str(outcome.error)
    assert "(48, 32, 3)" in str(outcome.error)


def test_run_without_a_float_model_says_what_to_do(fresh_run):
    fresh_run.model.unlink()
    shutil.rmtree(fresh_run.saved_model)
    (outcome,) = convert_run(fresh_run, ["tflite-fp32"], ConvertOptions())
    assert "edgewright train" in str(outcome.error)


def test_engine_is_built_where_only_the_onnx_file_was_copied(run_copy):
    pytest.importorskip("tensorrt_rtx")
    run = RunFolder(run_copy)
    run.model.unlink()
    shutil.rmtree(run.saved_model)
    (outcome,) = convert_run(run, ["tensorrt-rtx-fp16"], ConvertOptions())
    assert outcome.error is None


def test_full_tensorrt_without_its_package_is_a_missing_dependency(run_copy):
    from edgewright_runtime.optional_imports import is_absent

    if not is_absent("tensorrt"):
        pytest.skip("tensorrt is installed here")
    (outcome,) = convert_run(RunFolder(run_copy), ["tensorrt-fp16"], ConvertOptions())
    assert isinstance(outcome.error, MissingDependencyError)
    assert exit_status((outcome,)) == 3


def test_read_only_run_folder_is_one_sentence(fresh_run):
    fresh_run.path.joinpath("tflite").write_text("a file where the folder should be")
    (outcome,) = convert_run(fresh_run, ["tflite-fp32"], ConvertOptions())
    assert "Cannot write" in str(outcome.error)


def test_saved_model_alone_converts_too(fresh_run, run_tflite, test_pixels, reference_outputs):
    fresh_run.model.unlink()
    outcomes = convert_run(fresh_run, ["tflite-fp32", "onnx-fp32"], ConvertOptions())
    assert [each.error for each in outcomes] == [None, None]
    answers = run_tflite(fresh_run.file_of("tflite-fp32").read_bytes(), test_pixels[:10])
    assert_probabilities_close(answers, reference_outputs[:10])


def outcome_with(error):
    return Outcome("tflite-fp32", None, error=error)


@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ([None], 0),
        ([None, MissingDependencyError("x")], 3),
        ([MissingDependencyError("x"), CheckFailedError("x")], 1),
        ([MissingDependencyError("x"), EdgewrightError("x")], 2),
        ([CheckFailedError("x"), EdgewrightError("x")], 2),
    ],
)
def test_exit_status_tells_missing_packages_from_other_failures(errors, status):
    assert exit_status(tuple(outcome_with(error) for error in errors)) == status


def test_library_call_leaves_the_processs_output_alone(run_copy):
    targets, done = set(), threading.Event()

    def watch():
        while not done.is_set():
            targets.add(tuple((os.fstat(number).st_dev, os.fstat(number).st_ino) for number in (1, 2)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    outcomes = convert(run_copy, ["onnx-fp16"])
    done.set()
    watcher.join()

    assert [outcome.error for outcome in outcomes] == [None]
    assert len(targets) == 1


def test_what_libraries_print_is_logged_for_who_captures_it(run_copy):
    @contextlib.contextmanager
    def heard():
        yield Noise("E1122 10:11:12.131415 77 file.cc:9] it went wrong")

    (outcome,) = convert_run(RunFolder(run_copy), ["onnx-fp16"], ConvertOptions(), capture=heard)

    assert outcome.log.startswith("E1122")
    assert "it went wrong" in outcome.notes
