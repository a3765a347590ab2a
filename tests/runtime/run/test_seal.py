"""A file's own hash at its end tells damage, and readers of the format look past it."""

from __future__ import annotations

import shutil
import zipfile

import numpy as np
import pytest

from edgewright_runtime.classifier import Classifier
from edgewright_runtime.errors import CheckFailedError
from edgewright_runtime.run.seal import check_seal, sealed

FILES = ("tflite/model_int8.tflite", "tflite/model_fp32.tflite", "onnx/model_fp32.onnx", "onnx/model_int8.onnx")


@pytest.fixture(params=FILES)
def bare(request, converted_run, tmp_path):
    """A converted file with labels and contract beside it, and no manifest."""
    for name in ("labels.txt", "preprocessing.json"):
        shutil.copyfile(converted_run / name, tmp_path / name)
    source = converted_run / request.param
    return shutil.copyfile(source, tmp_path / source.name)


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_changed_bit_is_refused_where_no_manifest_tells(bare, where):
    data = bytearray(bare.read_bytes())
    data[int(where * len(data))] ^= 1
    bare.write_bytes(data)
    with pytest.raises(CheckFailedError, match="is not the file that Edgewright wrote"):
        Classifier.open(bare)


def test_damaged_hash_is_refused_and_a_lost_one_is_not_missed(bare):
    data = bare.read_bytes()
    bare.write_bytes(data[:-1] + b"x")
    with pytest.raises(CheckFailedError):
        check_seal(bare)
    bare.write_bytes(data + b"more")
    check_seal(bare)


def test_sealed_file_answers_as_before(bare, test_pixels_of_digits):
    classifier = Classifier.open(bare)
    assert classifier.probabilities(test_pixels_of_digits).shape == (2, 10)
    if bare.suffix == ".tflite":
        with zipfile.ZipFile(bare) as packed:
            assert "labels.txt" in packed.namelist()
            assert packed.comment.startswith(b"edgewright.sha256=")
    else:
        import onnx

        keys = [entry.key for entry in onnx.load(bare).metadata_props]
        assert keys[-1] == "edgewright.sha256"
        assert len(keys) == len(set(keys))


@pytest.fixture
def test_pixels_of_digits():
    return np.zeros((2, 32, 32, 3), np.uint8)


def test_file_of_another_kind_stays_as_it_is():
    assert sealed(b"engine", ".engine") == b"engine"
    assert sealed(b"no archive at its end", ".tflite") == b"no archive at its end"


def test_file_that_was_made_elsewhere_is_taken_as_it_is(bare):
    (bare.parent / "short.onnx").write_bytes(b"x")
    check_seal(bare.parent / "short.onnx")
