"""What each layer costs at the outputs, for conversions with and without a corrected model."""

from __future__ import annotations

import pytest

from edgewright_convert.explain.conversions import baseline_conversion, corrected_conversion
from edgewright_convert.explain.layers import layer_errors
from edgewright_convert.explain.sensitivities import sensitivities_of
from edgewright_convert.float_model import load_float_model
from edgewright_convert.int8 import correction_of
from edgewright_runtime.library_noise import captured

pytestmark = pytest.mark.numeric


def made_by(effort: str, model, pixels):
    if effort == "baseline":
        return baseline_conversion(model, pixels)
    return corrected_conversion(correction_of(model.loaded, pixels, effort=effort), effort, model, pixels)


@pytest.mark.parametrize("effort", ["baseline", "fast"])
def test_every_activation_of_the_network_is_ranked(converted_run, test_pixels, effort):
    with captured():
        model = load_float_model(converted_run / "model.keras")
        made = made_by(effort, model, test_pixels)
        rows = layer_errors(made.float_file, made.int8_file, test_pixels[:4], grid_file=made.grid_file)
        found = sensitivities_of(made, model, rows, test_pixels)
    assert {"re_lu", "re_lu_1", "re_lu_2"} <= set(found)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert max(found.values()) > 0


def test_logits_are_not_taken_for_the_probabilities_that_their_layer_gives(converted_run, test_pixels):
    with captured():
        model = load_float_model(converted_run / "model.keras")
        made = baseline_conversion(model, test_pixels)
        rows = layer_errors(made.float_file, made.int8_file, test_pixels[:2])
        assert "probabilities" in [row.layer for row in rows]
        assert "probabilities" not in sensitivities_of(made, model, rows, test_pixels)


def test_a_model_that_is_no_graph_of_layers_has_no_ranking(converted_run, test_pixels):
    with captured():
        model = load_float_model(converted_run / "saved_model")
        made = baseline_conversion(model, test_pixels)
        rows = layer_errors(made.float_file, made.int8_file, test_pixels[:2])
    assert made.why_not_corrected
    assert sensitivities_of(made, model, rows, test_pixels) == {}
