"""Figures survive their way through JSON, whatever they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.evaluation.speed.environment import moment
from edgewright_runtime.evaluation.speed.figures import LatencyFigures, Timing
from edgewright_runtime.machine import machine

MILLISECONDS = st.lists(st.floats(1e-3, 1e4), min_size=1, max_size=30)


def figures(samples, **changes):
    timing = Timing.of(samples)
    values = {
        "inference": timing,
        "preprocessing": timing,
        "total": timing,
        "cold_load_ms": 12.5,
        "first_inference_ms": 3.0,
        "size_bytes": 1000,
        "peak_memory_mb": None,
        "threads": None,
        "library": "onnxruntime 1.0",
        "machine": machine(),
        "before": moment(),
        "after": moment(),
    }
    return LatencyFigures(**{**values, **changes})


@given(samples=MILLISECONDS, threads=st.none() | st.integers(1, 64), sha256=st.none() | st.text("0f", min_size=64))
def test_json_and_back_is_the_same(samples, threads, sha256):
    written = figures(samples, threads=threads, sha256=sha256, decoder="Pillow 13", warnings=("it was busy",))
    assert LatencyFigures.from_dict(json.loads(json.dumps(written.to_dict()))) == written


def test_inferences_figures_stand_among_the_others():
    row = figures([1.0, 2.0, 3.0]).to_dict()
    assert (row["p50_ms"], row["runs"], row["samples_ms"]) == (2.0, 3, [1.0, 2.0, 3.0])
    assert row["preprocessing"]["p50_ms"] == 2.0


def test_figure_that_is_not_there_is_a_key_error():
    row = figures([1.0]).to_dict()
    del row["cold_load_ms"]
    with pytest.raises(KeyError, match="cold_load_ms"):
        LatencyFigures.from_dict(row)
