"""Inputs of a conversion: each made once, in order, and only where something needs it."""

from __future__ import annotations

import pytest

from edgewright_convert.options import ConvertOptions
from edgewright_convert.run_inputs import RunInputs, file_of_format, needed_rows, opened_run
from edgewright_runtime.errors import CheckFailedError, EdgewrightError
from edgewright_runtime.run.labels import write_labels
from edgewright_runtime.run.run_folder import RunFolder


@pytest.fixture
def run(run_copy):
    return RunFolder(run_copy)


@pytest.fixture
def inputs_of(run):
    """A function that starts the inputs of a conversion of the run, and a list of what has been done for them."""

    def start():
        done = []
        given = {"run": opened_run(run), "options": ConvertOptions(representative_size=40), "on_progress": print}
        return RunInputs(given, on_start=done.append), done

    return start


def test_what_an_input_is_made_from_is_needed_too_in_the_order_of_the_table():
    assert [row.name for row in needed_rows(["reference_outputs", "run"])] == [
        "float_model",
        "representative_dataset",
        "validation_images",
        "reference_outputs",
    ]


def test_each_input_is_made_once(inputs_of):
    inputs, done = inputs_of()
    inputs.make(["validation_images"])
    inputs.make(["representative_dataset", "validation_images"])
    assert done == ["Reading the representative dataset", "Reading the held-out validation images"]
    found = inputs.values(["representative_dataset", "validation_images"])
    assert len(found["representative_dataset"].pixels) == 40
    assert len(found["validation_images"].pixels) > 0


def test_input_that_could_not_be_made_is_not_tried_again(run, inputs_of):
    run.splits.unlink()
    inputs, done = inputs_of()
    for _ in range(2):
        with pytest.raises(EdgewrightError, match="--data FOLDER"):
            inputs.make(["validation_images"])
    assert done == ["Reading the representative dataset"]


def test_hash_of_the_source_follows_the_labels(run):
    before = opened_run(run)
    assert before.reference_name == "model.keras"
    write_labels(run.labels, [f"digit {digit}" for digit in range(10)])
    assert opened_run(run).source_sha256 != before.source_sha256


def test_run_without_its_float_model_is_opened_all_the_same(run):
    run.model.unlink()
    assert opened_run(run).reference == run.saved_model
    assert opened_run(run).reference_name == "saved_model"


def test_file_to_derive_from_is_compared_with_the_manifest(run):
    opened = opened_run(run)
    assert file_of_format(opened, "onnx-fp32") == run.file_of("onnx-fp32").read_bytes()
    run.file_of("onnx-fp32").write_bytes(b"other")
    with pytest.raises(CheckFailedError, match=r"model_fp32\.onnx"):
        file_of_format(opened, "onnx-fp32")
