"""An external delegate runs what it takes of a model, and whatever stands against it is one sentence."""

import ctypes.util

import numpy as np
import pytest

from edgewright_runtime.backends.hardware.acceleration import Acceleration
from edgewright_runtime.backends.hardware.tflite_delegate import refuse_webgpu_on_armv8_0, share_of_operators
from edgewright_runtime.backends.tflite import load
from edgewright_runtime.errors import EdgewrightError, MissingDependencyError

PIXELS = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)


def loaded(run, *, name="fp32", **options):
    return load(run / "tflite" / f"model_{name}.tflite", threads=1, acceleration=Acceleration(**options))


@pytest.mark.parametrize("xnnpack", [True, False])
def test_delegate_runs_its_operator_with_the_same_outputs(converted_run, softmax_delegate, xnnpack):
    plain = loaded(converted_run)
    model = loaded(converted_run, delegate=str(softmax_delegate), xnnpack=xnnpack)
    assert model.library.endswith(f"{'' if xnnpack else 'without XNNPACK '}with libsoftmax_delegate.so")
    assert any(note.startswith("the delegate runs 1 of ") for note in model.notes)
    np.testing.assert_allclose(model.probabilities(PIXELS), plain.probabilities(PIXELS), atol=1e-5)


@pytest.mark.parametrize(("name", "options"), [("fp32", (("take", "nothing"),)), ("int8", ())])
def test_delegate_that_takes_nothing_is_refused_for_all_would_run_on_the_processor(
    converted_run, softmax_delegate, name, options
):
    with pytest.raises(EdgewrightError, match=r"takes none of the \d+ operators of .* would run on the processor"):
        loaded(converted_run, name=name, delegate=str(softmax_delegate), delegate_options=options)


def test_delegate_that_does_not_start_says_why_and_with_which_options(converted_run, softmax_delegate):
    with pytest.raises(EdgewrightError, match=r"does not start here with fail=yes: no device is plugged in"):
        loaded(converted_run, delegate=str(softmax_delegate), delegate_options=(("fail", "yes"),))


@pytest.mark.parametrize(
    ("library", "says"),
    [
        ("/nowhere/libedgetpu.so.1", "There is no delegate at /nowhere/libedgetpu.so.1"),
        ("libno_such_delegate.so.1", r"libno_such_delegate\.so\.1 cannot be loaded \("),
    ],
)
def test_library_that_is_not_here_is_a_missing_dependency(converted_run, library, says):
    with pytest.raises(MissingDependencyError, match=says):
        loaded(converted_run, delegate=library)


def test_file_that_is_no_library_is_one_sentence(converted_run):
    with pytest.raises(MissingDependencyError, match=r"labels\.txt cannot be loaded"):
        loaded(converted_run, delegate=str(converted_run / "labels.txt"))


def test_library_that_is_no_delegate_is_one_sentence(converted_run):
    mathematics = ctypes.util.find_library("m")
    if mathematics is None:
        pytest.skip("no C library of mathematics found here")
    with pytest.raises(
        EdgewrightError, match="is no TFLite delegate: it has no function tflite_plugin_create_delegate"
    ):
        loaded(converted_run, delegate=mathematics)


def test_operators_behind_a_delegates_node_are_counted_up_to_what_it_reads():
    nodes = [
        {"op_name": "CONV_2D", "inputs": [0], "outputs": [1]},
        {"op_name": "ADD", "inputs": [1, 0], "outputs": [2]},
        {"op_name": "RELU", "inputs": [2], "outputs": [3]},
        {"op_name": "SOFTMAX", "inputs": [3], "outputs": [4]},
        {"op_name": "DELEGATE", "inputs": [1, 0], "outputs": [3]},
    ]
    assert share_of_operators(nodes) == (2, 4)
    assert share_of_operators(nodes[:-1]) == (0, 4)


@pytest.mark.parametrize(
    ("flags", "is_refused"), [({"fp", "asimd", "crc32"}, True), ({"fp", "asimd", "atomics"}, False)]
)
def test_webgpu_accelerator_is_never_loaded_on_armv8_0(monkeypatch, flags, is_refused):
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    library = "/usr/lib/libLiteRtWebGpuAccelerator.so"
    if not is_refused:
        refuse_webgpu_on_armv8_0(library, frozenset(flags))
        return
    with pytest.raises(EdgewrightError, match=r"uses atomic instructions of ARMv8\.1"):
        refuse_webgpu_on_armv8_0(library, frozenset(flags))


def test_link_to_the_webgpu_accelerator_is_refused_like_itself(monkeypatch, tmp_path):
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    (tmp_path / "gpu.so").symlink_to(tmp_path / "libLiteRtWebGpuAccelerator.so")
    with pytest.raises(EdgewrightError, match=r"uses atomic instructions of ARMv8\.1"):
        refuse_webgpu_on_armv8_0(str(tmp_path / "gpu.so"), frozenset({"fp", "asimd"}))
