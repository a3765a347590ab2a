from __future__ import annotations

from edgewright_convert.tensorrt.reuse import timing_cache_beside
from edgewright_runtime.run.manifest import add_artefacts, describe


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
