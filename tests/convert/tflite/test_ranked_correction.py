"""Candidates of the correction, ranked by the .tflite files that come of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.int8 import corrected_model
from edgewright_convert.int8.quantization_grids import ActivationRange
from edgewright_convert.tflite.ranked_correction import fidelity_of_candidates
from edgewright_runtime.library_noise import captured

pytestmark = pytest.mark.numeric


def test_candidate_with_coarser_levels_is_farther_from_the_float_model(tiny_model, calibration, held_out):
    fidelity = fidelity_of_candidates(held_out, float_model_of_keras(tiny_model).probabilities(held_out))
    with captured():
        found = corrected_model(tiny_model, calibration, effort="fast")
        coarse = {name: ActivationRange(known.low * 16, known.high * 16) for name, known in found.ranges.items()}
        coarse["normalisation"], coarse["normalisation_scale"] = (
            found.ranges["normalisation"],
            found.ranges["normalisation_scale"],
        )
        fine, rough = fidelity(found), fidelity(replace(found, ranges=coarse))
    assert fine.is_nearer_than(rough)
    assert 0 < fine.distance < rough.distance / 2


def test_candidate_without_an_integer_file_is_simulated(tiny_model, calibration, held_out):
    fidelity = fidelity_of_candidates(held_out, float_model_of_keras(tiny_model).probabilities(held_out))
    with captured():
        found = corrected_model(tiny_model, calibration, effort="fast")
        ranges = {name: known for name, known in found.ranges.items() if "add" not in name}
        simulated, whole = fidelity(replace(found, ranges=ranges)), fidelity(found)
    assert simulated.images == len(held_out)
    assert simulated.distance == pytest.approx(whole.distance, rel=1.0)
