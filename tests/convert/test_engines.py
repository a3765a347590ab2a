import json
from types import SimpleNamespace

import pytest

from edgewright_convert.engine_building import parser_sentence
from edgewright_convert.engine_key import read_key
from edgewright_convert.options import BatchProfile, ConvertOptions, batch_profile
from edgewright_convert.pipeline import convert_run
from edgewright_convert.tensorrt_versions import builder_flags, network_flags
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.hashing import sha256_of_file
from edgewright_runtime.manifest import read_manifest
from edgewright_runtime.run_folder import RunFolder

rtx = pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not installed (pip install 'edgewright[rtx]')")


@pytest.mark.parametrize("capability", ["7.5", "8.0", "8.6", "8.9", "12.0"])
@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_engine_builds_ahead_of_time_for_every_generation(capability, precision, converted_run):
    from edgewright_convert.tensorrt_rtx import engine_from_onnx

    onnx_file = (converted_run / f"onnx/model_{precision}.onnx").read_bytes()
    engine, key = engine_from_onnx(onnx_file, compute_capabilities=[capability], batch=BatchProfile())
    assert len(engine) > 10_000
    assert key.devices == (capability,)


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

    from edgewright_convert.tensorrt_rtx import engine_from_onnx

    model = onnx.load(converted_run / "onnx/model_fp32.onnx")
    model.opset_import.append(onnx.helper.make_opsetid("unknown.domain", 1))
    node = next(node for node in model.graph.node if node.op_type == "Softmax")
    node.op_type, node.domain = "Frobnicate", "unknown.domain"
    with pytest.raises(EdgewrightError, match=r"parser stopped at the node .*\(Frobnicate\)"):
        engine_from_onnx(model.SerializeToString(), compute_capabilities=["8.6"], batch=BatchProfile())


def test_what_the_builder_refuses_is_told_in_its_own_words(converted_run):
    from edgewright_convert.tensorrt_rtx import engine_from_onnx

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
