"""onnxruntime runs on what was asked for, or not at all."""

import numpy as np
import pytest

from edgewright_runtime.backends.hardware.acceleration import Acceleration
from edgewright_runtime.backends.hardware.onnx_providers import check_providers
from edgewright_runtime.backends.onnx import load
from edgewright_runtime.errors import EdgewrightError, MissingDependencyError

ort = pytest.importorskip("onnxruntime")

HERE = ort.get_available_providers()
# Azure's provider, which every wheel for Linux has, runs models that lie in the cloud, and no operator of ours.
NEEDS_AZURE = pytest.mark.skipif("AzureExecutionProvider" not in HERE, reason="this onnxruntime has no Azure provider")


def loaded(run, *providers):
    return load(run / "onnx" / "model_fp32.onnx", threads=1, acceleration=Acceleration(providers=providers))


@pytest.mark.parametrize("name", ["cpu", "CPUExecutionProvider"])
def test_provider_has_a_short_and_a_long_name(converted_run, name):
    pixels = np.zeros((1, 32, 32, 3), np.uint8)
    model = loaded(converted_run, name)
    np.testing.assert_array_equal(model.probabilities(pixels), loaded(converted_run).probabilities(pixels))


def test_unknown_provider_is_told_with_those_that_are_here(converted_run):
    with pytest.raises(EdgewrightError, match=r"knows no execution provider 'cudda'; here it has .*CPUE"):
        loaded(converted_run, "cudda")


@pytest.mark.skipif("DmlExecutionProvider" in HERE, reason="this onnxruntime has DirectML")
def test_provider_that_this_package_lacks_is_a_missing_dependency(converted_run):
    with pytest.raises(MissingDependencyError, match=r"DmlExecutionProvider was asked for, .* built without it"):
        loaded(converted_run, "dml")


@NEEDS_AZURE
def test_model_that_would_run_on_the_processor_instead_is_refused(converted_run):
    with pytest.raises(EdgewrightError, match=r"^AzureExecutionProvider runs only a part of .*model_fp32\.onnx, and"):
        loaded(converted_run, "azure")


@NEEDS_AZURE
def test_damaged_file_is_the_files_fault_whatever_was_to_run_it(tmp_path):
    (tmp_path / "m.onnx").write_bytes(b"no model")
    with pytest.raises(EdgewrightError, match=r"m\.onnx is no \.onnx model that onnxruntime can run with AzureExecu"):
        load(tmp_path / "m.onnx", threads=1, acceleration=Acceleration(providers=("azure",)))


@NEEDS_AZURE
def test_processor_runs_the_rest_where_it_was_named_too(converted_run):
    model = loaded(converted_run, "azure", "cpu")
    assert model.library.endswith("with AzureExecutionProvider, CPUExecutionProvider")
    assert model.probabilities(np.zeros((1, 32, 32, 3), np.uint8)).shape == (1, 10)


def test_provider_that_a_session_left_out_is_named(converted_run):
    session = ort.InferenceSession(str(converted_run / "onnx" / "model_fp32.onnx"), providers=["CPUExecutionProvider"])
    with pytest.raises(
        MissingDependencyError, match=r"CUDAExecutionProvider was asked for, .* could not start it here"
    ):
        check_providers(session, ["CUDAExecutionProvider"])
