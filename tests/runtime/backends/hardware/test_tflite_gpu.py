"""A .tflite file compiled by LiteRT gives what its interpreter gives; without a GPU that is one sentence."""

import numpy as np
import pytest

from edgewright_runtime.backends.hardware.acceleration import GPU, Acceleration
from edgewright_runtime.backends.hardware.tflite_gpu import on_gpu
from edgewright_runtime.backends.tflite import load
from edgewright_runtime.errors import MissingDependencyError

pytest.importorskip("ai_edge_litert.compiled_model")


@pytest.mark.parametrize("name", ["fp32", "int8"])
def test_compiled_file_answers_like_its_interpreter(converted_run, name):
    path = converted_run / "tflite" / f"model_{name}.tflite"
    model = load(path, threads=1)
    # LiteRT's processor in place of its GPU: buffers and types are handled alike.
    compiled = on_gpu(model, path.read_bytes(), path=path, hardware="CPU")
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    np.testing.assert_allclose(compiled.probabilities(pixels), model.probabilities(pixels), atol=2 / 256)


def reason_not_to_run(path):
    try:
        load(path, threads=1, acceleration=Acceleration(delegate=GPU))
    except MissingDependencyError as error:
        return str(error)
    return None


def test_gpu_runs_the_file_or_is_missing(converted_run):
    path = converted_run / "tflite" / "model_fp32.tflite"
    reason = reason_not_to_run(path)
    if reason is not None:
        assert "on the GPU needs a GPU that LiteRT can use" in reason
        return
    pixels = np.zeros((1, 32, 32, 3), np.uint8)
    model = load(path, threads=1, acceleration=Acceleration(delegate=GPU))
    np.testing.assert_allclose(model.probabilities(pixels), load(path, threads=1).probabilities(pixels), atol=0.01)
