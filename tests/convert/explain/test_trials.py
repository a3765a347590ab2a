"""Gains and costs are those of files that were made and run."""

from __future__ import annotations

import pytest

from edgewright_convert.explain.trials import try_float_layers, try_other_formats
from edgewright_convert.float_model import load_float_model
from edgewright_convert.int8 import corrected_model
from edgewright_convert.options import ConvertOptions
from edgewright_convert.run_inputs import opened_run
from edgewright_convert.tflite.corrected_file import tflite_from_ranges
from edgewright_convert.tflite.mixed_precision_file import quantized_layers
from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.library_noise import captured
from edgewright_runtime.run.run_folder import RunFolder

pytestmark = pytest.mark.numeric


@pytest.fixture(scope="module")
def int8_file(converted_run, test_pixels):
    with captured():
        made = corrected_model(load_float_model(converted_run / "model.keras").loaded, test_pixels, effort="fast")
        return tflite_from_ranges(made.model, made.ranges)


def test_layers_that_pay_bring_the_outputs_nearer_and_the_others_are_named(int8_file, test_pixels, reference_outputs):
    ranked = quantized_layers(int8_file)
    found = try_float_layers(int8_file, ranked, test_pixels, reference_outputs)
    assert set(found.layers).isdisjoint(found.in_vain)
    assert {*found.layers, *found.in_vain} <= set(ranked)
    assert len(found.layers) <= 3
    assert found.trial.latency_ratio > 0
    assert found.trial.size_ratio == 1 if not found.layers else found.trial.size_ratio > 1


def test_float16_has_the_float_models_labels(converted_run, int8_file, test_pixels, reference_outputs):
    run, model = opened_run(RunFolder(converted_run)), load_float_model(converted_run / "model.keras")
    with captured():
        fp16, dynamic = try_other_formats(run, ConvertOptions(), model, int8_file, test_pixels, reference_outputs)
    assert (fp16.format, dynamic.format) == ("tflite-fp16", "tflite-dynamic")
    assert fp16.trial.fidelity.agreement == 1.0
    assert fp16.trial.fidelity.images == len(test_pixels)


def test_a_format_that_cannot_be_made_says_why(converted_run, int8_file, test_pixels, reference_outputs):
    run, model = opened_run(RunFolder(converted_run)), load_float_model(converted_run / "model.keras")

    def refuses(_pixels):
        raise EdgewrightError("no such graph")

    model.call, model._frozen = refuses, {}
    with captured():
        found = try_other_formats(run, ConvertOptions(), model, int8_file, test_pixels[:2], reference_outputs[:2])
    assert [each.trial for each in found] == [None, None]
    assert all("no such graph" in each.why_not for each in found)
