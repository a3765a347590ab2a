"""Candidates of the correction, ranked by the .tflite files that come of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgewright_convert.float_model import float_model_of_keras
from edgewright_convert.int8 import corrected_model
from edgewright_convert.int8.quantization_grids import ActivationRange
from edgewright_convert.tflite.ranked_correction import distance_of_tflite
from edgewright_runtime.library_noise import captured

pytestmark = pytest.mark.numeric


def test_candidate_with_coarser_levels_is_farther_from_the_float_model(tiny_model, calibration, held_out):
    distance = distance_of_tflite(float_model_of_keras(tiny_model), held_out)
    with captured():
        found = corrected_model(tiny_model, calibration, effort="fast")
        coarse = {name: ActivationRange(known.low * 16, known.high * 16) for name, known in found.ranges.items()}
        coarse["normalisation"], coarse["normalisation_scale"] = (
            found.ranges["normalisation"],
            found.ranges["normalisation_scale"],
        )
        fine, rough = distance(found), distance(replace(found, ranges=coarse))
    assert 0 < fine < rough / 2
