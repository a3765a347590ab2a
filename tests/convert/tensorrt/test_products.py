import json
import re
from types import SimpleNamespace

import pytest

from edgewright_convert.options import BatchProfile, ConvertOptions, batch_profile
from edgewright_convert.pipeline import convert_run
from edgewright_convert.tensorrt.builder import parser_sentence
from edgewright_convert.tensorrt.progress import BuildProgress, progress_monitor
from edgewright_convert.tensorrt.reuse import timing_cache_beside
from edgewright_convert.tensorrt.versions import builder_flags, network_flags
from edgewright_runtime.backends.engine_key import read_key
from edgewright_runtime.console import StatusLine
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.run.manifest import add_artefacts, describe, read_manifest
from edgewright_runtime.run.run_folder import RunFolder

rtx = pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not installed (pip install 'edgewright[rtx]')")


@pytest.mark.parametrize("capability", ["7.5", "8.0", "8.6", "8.9", "12.0"])
@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_engine_builds_ahead_of_time_for_every_generation(capability, precision, converted_run):
    from edgewright_convert.tensorrt.rtx import engine_from_onnx

    onnx_file = (converted_run / f"onnx/model_{precision}.onnx").read_bytes()
    engine = engine_from_onnx(onnx_file, compute_capabilities=[capability], batch=BatchProfile())
    assert len(engine.data) > 10_000
    assert engine.key.devices == (capability,)


def test_engine_comes_with_its_key(run_copy):
    run = RunFolder(run_copy)
    (outcome,) = convert_run(run, ["tensorrt-rtx-int8"], ConvertOptions(batch=BatchProfile(1, 2, 4)))
    assert outcome.error is None
    key, engine_sha256 = read_key(outcome.path)
    assert engine_sha256 == sha256_of_file(outcome.path)
    assert key.onnx_sha256 == sha256_of_file(run.file_of("onnx-int8"))
    assert (key.library, key.devices, key.batch) == ("tensorrt-rtx", ("8.6", "7.5"), (1, 2, 4))
    listed = read_manifest(run_copy).artefacts
    assert {"tensorrt/model_int8.rtx.engine", "tensorrt/model_int8.rtx.engine.json"} <= listed.keys()


def test_second_build_with_the_same_key_keeps_the_engine_and_says_so(run_copy):
    run = RunFolder(run_copy)
    path, options = run.file_of("tensorrt-rtx-fp16"), ConvertOptions()
    (first,) = convert_run(run, ["tensorrt-rtx-fp16"], options)
    made = path.read_bytes()
    (second,) = convert_run(run, ["tensorrt-rtx-fp16"], options)
    assert not any("not built again" in note for note in first.notes)
    assert any("not built again, as its key is the same" in note for note in second.notes)
    assert path.read_bytes() == made
    assert read_manifest(run_copy).artefacts["tensorrt/model_fp16.rtx.engine"].sha256 == sha256_of_file(path)


@pytest.mark.parametrize(
    "options",
    [
        ConvertOptions(batch=BatchProfile(1, 2, 4)),
        ConvertOptions(compute_capabilities=("8.9",)),
        ConvertOptions(workspace_mb=512),
    ],
)
def test_other_options_build_the_engine_anew(options, run_copy):
    run = RunFolder(run_copy)
    (before,) = convert_run(run, ["tensorrt-rtx-fp16"], ConvertOptions())
    old, _ = read_key(before.path)
    (outcome,) = convert_run(run, ["tensorrt-rtx-fp16"], options)
    new, _ = read_key(outcome.path)
    assert outcome.error is None
    assert old != new
    assert not any("not built again" in note for note in outcome.notes)


def test_engine_changed_by_hand_is_built_anew(run_copy):
    run = RunFolder(run_copy)
    (outcome,) = convert_run(run, ["tensorrt-rtx-fp16"], ConvertOptions())
    data = bytearray(outcome.path.read_bytes())
    data[len(data) // 2] ^= 1
    outcome.path.write_bytes(data)
    (outcome,) = convert_run(run, ["tensorrt-rtx-fp16"], ConvertOptions())
    assert not any("not built again" in note for note in outcome.notes)
    assert read_key(outcome.path)[1] == sha256_of_file(outcome.path)


def test_builder_tells_how_far_it_is(run_copy):
    told = []
    (outcome,) = convert_run(
        RunFolder(run_copy), ["tensorrt-rtx-fp16"], ConvertOptions(), progress=StatusLine(told.append, told.append)
    )
    assert outcome.error is None
    assert any(re.fullmatch(r"Building engine \d+ %: .+", text) for text in told)


def test_progress_names_the_outermost_share_and_the_innermost_phase():
    told = []
    progress = BuildProgress(told.append)
    progress.start("Building engine", 4)
    assert progress.step("Building engine", 0)
    progress.start("Timing tactics", 2)
    progress.finish("Timing tactics")
    assert told == ["Building engine 0 %", "Building engine 25 %", "Building engine 25 %: Timing tactics"]
    assert progress.text() == "Building engine 25 %"


def test_interrupt_while_building_stops_tensorrt_instead_of_crossing_it():
    def interrupted(_):
        raise KeyboardInterrupt

    progress = BuildProgress(interrupted)
    progress.start("Building engine", 4)
    assert not progress.step("Building engine", 0)


def test_library_without_a_progress_monitor_builds_silently():
    assert progress_monitor(SimpleNamespace(), BuildProgress(print)) is None


def test_timing_cache_that_the_manifest_does_not_know_is_not_used(run_copy):
    path = run_copy / "tensorrt/model_fp16.engine.timing"
    assert timing_cache_beside(path) == b""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"measured")
    entry = describe(path, stage="convert", options={}, versions={})
    add_artefacts(run_copy, {"tensorrt/model_fp16.engine.timing": entry})
    assert timing_cache_beside(path) == b"measured"
    path.write_bytes(b"tampered")
    assert timing_cache_beside(path) == b""


@pytest.mark.gpu
def test_board_builds_keeps_and_times_its_engine(run_copy):
    pytest.importorskip("tensorrt", reason="tensorrt is not installed here")
    run = RunFolder(run_copy)
    (first,) = convert_run(run, ["tensorrt-fp16"], ConvertOptions())
    (second,) = convert_run(run, ["tensorrt-fp16"], ConvertOptions())
    assert (first.error, second.error) == (None, None)
    assert first.path.with_name(first.path.name + ".timing").stat().st_size > 0
    assert any("not built again" in note for note in second.notes)


def test_engine_of_another_schema_is_refused(tmp_path):
    (tmp_path / "a.engine.json").write_text(json.dumps({"schema_version": 9}))
    with pytest.raises(EdgewrightError, match="schema version"):
        read_key(tmp_path / "a.engine")


def test_unknown_compute_capability_is_refused_with_the_known_ones(run_copy):
    (outcome,) = convert_run(RunFolder(run_copy), ["tensorrt-rtx-fp16"], ConvertOptions(compute_capabilities=("9.9",)))
    assert "7.5, 8.0, 8.6" in str(outcome.error)
    assert "'9.9'" in str(outcome.error)


def test_what_the_parser_refuses_is_named(converted_run):
    import onnx

    from edgewright_convert.tensorrt.rtx import engine_from_onnx

    model = onnx.load(converted_run / "onnx/model_fp32.onnx")
    model.opset_import.append(onnx.helper.make_opsetid("unknown.domain", 1))
    node = next(node for node in model.graph.node if node.op_type == "Softmax")
    node.op_type, node.domain = "Frobnicate", "unknown.domain"
    with pytest.raises(EdgewrightError, match=r"parser stopped at the node .*\(Frobnicate\)"):
        engine_from_onnx(model.SerializeToString(), compute_capabilities=["8.6"], batch=BatchProfile())


def test_what_the_builder_refuses_is_told_in_its_own_words(converted_run):
    from edgewright_convert.tensorrt.rtx import engine_from_onnx

    float32 = (converted_run / "onnx/model_fp32.onnx").read_bytes()
    with pytest.raises(EdgewrightError, match="FP32 GEMM is not supported"):
        engine_from_onnx(float32, compute_capabilities=["7.5"], batch=BatchProfile())


def test_parser_errors_of_tensorrt_8_have_only_a_number():
    old = SimpleNamespace(node=lambda: 7, desc=lambda: "no importer\n registered")
    assert parser_sentence([old]).endswith("stopped at the node 7: no importer registered")
    assert "gave no reason" in parser_sentence([])


@pytest.mark.parametrize(
    ("version", "network", "fp16", "int8"),
    [
        ("8.6.1.6", ("EXPLICIT_BATCH",), ("FP16",), ("FP16", "INT8")),
        ("10.3.0", (), ("FP16",), ("FP16", "INT8")),
        ("10.11.0", (), ("FP16",), ("FP16", "INT8")),
        ("10.12.0", ("STRONGLY_TYPED",), (), ()),
        ("11.4.1", ("STRONGLY_TYPED",), (), ()),
    ],
)
def test_precision_flags_only_where_the_version_needs_them(version, network, fp16, int8):
    assert network_flags(version) == network
    assert (builder_flags(version, "fp16"), builder_flags(version, "int8")) == (fp16, int8)


@pytest.mark.parametrize("version", ["7.2.3", "unknown"])
def test_too_old_tensorrt_is_refused(version):
    with pytest.raises(EdgewrightError, match="too old"):
        network_flags(version)


@pytest.mark.parametrize("text", ["", "1,2", "a,b,c", "4,2,1", "0,1,1"])
def test_nonsense_batch_sizes_are_refused(text):
    with pytest.raises(EdgewrightError, match="batch sizes"):
        batch_profile(text)
