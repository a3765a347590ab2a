from __future__ import annotations

import json
import sys

import pytest

from edgewright_runtime.backends.hardware.acceleration import Acceleration
from edgewright_runtime.classifier import Classifier
from edgewright_runtime.errors import MissingDependencyError
from edgewright_runtime.machine import cores, processor
from edgewright_runtime.preferred import preferred_format
from edgewright_runtime.run.formats import PREFERENCE
from edgewright_runtime.run.manifest import read_manifest
from edgewright_runtime.run.run_folder import RunFolder


@pytest.fixture
def measured(run_copy):
    """A function that writes what evaluate and bench would have found, and gives what is preferred then."""
    run = RunFolder(run_copy)
    entries = read_manifest(run.path).artefacts

    def measure(latencies, *, verdicts=None, machine=None, threads=None, asked=None):
        accuracy, latency = {}, {}
        for name, p50_ms in latencies.items():
            sha256 = entries[run.file_of(name).relative_to(run.path).as_posix()].sha256
            verdict, beyond = (verdicts or {}).get(name, ("pass", False))
            accuracy[name] = {"test": {"verdict": verdict, "beyond": beyond, "sha256": sha256}}
            where = machine or {"processor": processor(), "cores": cores()}
            latency[name] = {"p50_ms": p50_ms, "machine": where, "threads": threads, "sha256": sha256}
        run.accuracy.write_text(json.dumps(accuracy))
        run.latency.write_text(json.dumps(latency))
        return preferred_format(run, threads=asked)

    return measure


TIMES = {"tflite-int8": 3.0, "tflite-fp16": 2.0, "onnx-fp32": 1.0}


def test_fastest_of_those_that_passed_is_preferred(measured):
    assert measured(TIMES).format == "onnx-fp32"
    assert measured(TIMES, verdicts={"onnx-fp32": ("fail", True)}).format == "tflite-fp16"
    assert measured(TIMES, verdicts={"onnx-fp32": ("inconclusive", True)}).format == "tflite-fp16"
    found = measured(TIMES, verdicts={"onnx-fp32": ("inconclusive", False)})
    assert (found.format, found.median_ms) == ("onnx-fp32", 1.0)
    assert "fastest measured here" in found.why
    assert "passed" not in found.why
    assert measured(TIMES).why.endswith("it passed the gate")


def test_figures_of_another_machine_or_other_threads_decide_nothing(measured):
    elsewhere = measured(TIMES, machine={"processor": "Cortex-A76", "cores": 4})
    assert (elsewhere.format, elsewhere.median_ms) == (PREFERENCE[0], None)
    assert "not measured here" in elsewhere.why
    assert measured(TIMES, threads=1).median_ms is None
    assert measured(TIMES, threads=1, asked=1).format == "onnx-fp32"


def test_figures_of_another_acceleration_decide_nothing(measured, run_copy):
    run, asked = RunFolder(run_copy), Acceleration(xnnpack=False)
    assert measured(TIMES).format == "onnx-fp32"
    assert preferred_format(run, acceleration=asked).format == "tflite-int8"
    for path in (run.accuracy, run.latency):
        rows = json.loads(path.read_text())
        for row in rows.values():
            row.get("test", row)["acceleration"] = asked.described()
        path.write_text(json.dumps(rows))
    assert preferred_format(run, acceleration=asked).format == "tflite-fp16"
    assert preferred_format(run).median_ms is None


def test_only_formats_that_take_what_was_asked_for_are_preferred(run_copy):
    run = RunFolder(run_copy)
    assert preferred_format(run, acceleration=Acceleration(providers=("cpu",))).format == "onnx-int8-cpu"
    assert preferred_format(run, acceleration=Acceleration(xnnpack=False, providers=("cpu",))) is None


def test_file_that_the_gate_refused_is_not_taken_by_default_either(measured, run_copy):
    run = RunFolder(run_copy)
    measured(TIMES, verdicts={"tflite-int8": ("fail", True)})
    run.latency.unlink()
    found = preferred_format(run)
    assert found.format == "tflite-fp16"
    assert "tflite-int8 must not ship" in found.why
    measured(TIMES, verdicts=dict.fromkeys(TIMES, ("fail", True)))
    run.latency.unlink()
    assert preferred_format(run).format == "tflite-dynamic"  # never compared, so nothing is known against it


def test_without_a_manifest_the_files_own_hashes_count(measured, run_copy):
    measured(TIMES)
    (run_copy / "manifest.json").unlink()
    assert preferred_format(RunFolder(run_copy)).format == "onnx-fp32"
    (run_copy / "onnx" / "model_fp32.onnx").write_bytes(b"another")
    assert preferred_format(RunFolder(run_copy)).format == "tflite-fp16"


def test_what_was_timed_but_not_compared_is_not_said_to_be_unmeasured(measured, run_copy):
    measured(TIMES)
    (run_copy / "accuracy.json").unlink()
    found = preferred_format(RunFolder(run_copy))
    assert (found.format, found.why) == (
        PREFERENCE[0],
        "none of those timed here is known to be fit to ship, see edgewright evaluate",
    )


def test_file_that_was_made_anew_since_is_as_good_as_not_measured(measured, run_copy):
    measured(TIMES)
    manifest = json.loads((run_copy / "manifest.json").read_text())
    manifest["artefacts"]["onnx/model_fp32.onnx"]["sha256"] = "0" * 64
    (run_copy / "manifest.json").write_text(json.dumps(manifest))
    assert preferred_format(RunFolder(run_copy)).format == "tflite-fp16"


@pytest.mark.parametrize("content", ["", "[]", '{"tflite-int8": 3}', '{"tflite-int8": {"test": []}}'])
def test_damaged_figures_decide_nothing(content, measured, run_copy):
    measured(TIMES)
    (run_copy / "latency.json").write_text(content)
    (run_copy / "accuracy.json").write_text(content)
    assert preferred_format(RunFolder(run_copy)).format == PREFERENCE[0]


def test_format_whose_library_is_not_installed_here_is_passed_over(measured, run_copy, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)  # as Python has it: no such module can be imported
    found = measured(TIMES)
    assert (found.format, found.median_ms) == ("tflite-fp16", 2.0)
    for name in ("ai_edge_litert", "tflite_runtime", "tensorflow"):
        monkeypatch.setitem(sys.modules, name, None)
    none_runs = preferred_format(RunFolder(run_copy))
    assert none_runs.format == PREFERENCE[0]
    with pytest.raises(MissingDependencyError, match=r"edgewright\[pi\]"):
        Classifier.open(run_copy)


def test_order_of_preference_holds_among_what_is_installed(measured, run_copy, monkeypatch):
    for name in ("ai_edge_litert", "tflite_runtime", "tensorflow"):
        monkeypatch.setitem(sys.modules, name, None)
    assert preferred_format(RunFolder(run_copy)).format == "onnx-int8-cpu"
