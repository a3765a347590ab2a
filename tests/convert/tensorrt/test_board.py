"""TensorRT itself comes with the board: what can be told without one, and an engine where there is one."""

import pytest

pytest.importorskip("tensorrt", reason="tensorrt is not installed: it comes with the board (edgewright[tensorrt])")

from edgewright_convert.options import BatchProfile
from edgewright_convert.tensorrt.board import engine_from_onnx, engine_key
from edgewright_runtime.backends.nvidia.cuda import why_no_gpu
from edgewright_runtime.errors import MissingDependencyError
from edgewright_runtime.hashing import sha256_of_bytes

BATCH = BatchProfile(1, 1, 4)


@pytest.mark.skipif(why_no_gpu() is None, reason="there is a GPU here")
def test_without_a_gpu_nothing_is_built():
    with pytest.raises(MissingDependencyError, match="Building a TensorRT engine needs"):
        engine_key(b"", precision="fp16", batch=BATCH)


@pytest.mark.gpu
def test_engine_is_built_for_the_gpu_here_with_a_key_and_a_timing_cache(converted_run):
    file = (converted_run / "onnx" / "model_fp16.onnx").read_bytes()
    engine = engine_from_onnx(file, precision="fp16", batch=BATCH)
    assert engine.key == engine_key(file, precision="fp16", batch=BATCH)
    assert engine.key.onnx_sha256 == sha256_of_bytes(file)
    assert engine.data
    assert engine.timing_cache
