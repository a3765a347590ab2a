from __future__ import annotations

import pytest

from edgewright_convert.options import BatchProfile
from edgewright_runtime.errors import EdgewrightError

rtx = pytest.importorskip("tensorrt_rtx", reason="tensorrt-rtx is not installed (pip install 'edgewright[rtx]')")


@pytest.mark.parametrize("capability", ["7.5", "8.0", "8.6", "8.9", "12.0"])
@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_engine_builds_ahead_of_time_for_every_generation(capability, precision, converted_run):
    from edgewright_convert.tensorrt.rtx import engine_from_onnx

    onnx_file = (converted_run / f"onnx/model_{precision}.onnx").read_bytes()
    engine = engine_from_onnx(onnx_file, compute_capabilities=[capability], batch=BatchProfile())
    assert len(engine.data) > 10_000
    assert engine.key.devices == (capability,)


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
