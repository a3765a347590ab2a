"""A contract beside a file is compared with the one inside it, where no manifest lists it."""

from __future__ import annotations

import json
import shutil

import pytest

from edgewright_runtime.classifier import Classifier
from edgewright_runtime.errors import CheckFailedError
from edgewright_runtime.run.contract_inside import contract_inside


@pytest.fixture(params=["tflite/model_int8.tflite", "onnx/model_fp32.onnx", "onnx/model_int8.onnx"])
def bare(request, converted_run, tmp_path):
    for name in ("labels.txt", "preprocessing.json"):
        shutil.copyfile(converted_run / name, tmp_path / name)
    source = converted_run / request.param
    return shutil.copyfile(source, tmp_path / source.name)


def test_contract_inside_is_the_one_that_the_file_was_made_with(bare):
    assert contract_inside(bare) == json.loads((bare.parent / "preprocessing.json").read_text())


def test_another_contract_beside_it_is_refused_unless_it_is_named(bare):
    beside = bare.parent / "preprocessing.json"
    beside.write_text(json.dumps({**json.loads(beside.read_text()), "interpolation": "bicubic"}))
    with pytest.raises(CheckFailedError, match=r"\(interpolation is 'bicubic', and 'bilinear' inside it\)"):
        Classifier.open(bare)
    assert Classifier.open(bare, preprocessing=beside).preprocessing.interpolation == "bicubic"


@pytest.mark.parametrize("content", [b"", b"x" * 300, b"\x72\xff\xff\xff", bytes(range(256)) * 4])
@pytest.mark.parametrize("suffix", [".onnx", ".tflite", ".keras"])
def test_file_that_carries_none_is_taken_as_it_is(tmp_path, suffix, content):
    (tmp_path / f"model{suffix}").write_bytes(content)
    assert contract_inside(tmp_path / f"model{suffix}") is None
