"""How sensitive the outputs are to each layer, by quantizing one at a time."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from edgewright_convert.int8 import Corrected, corrected_model
from edgewright_convert.int8.layer_sensitivity import sensitivity_of_layers

from ..tiny import OUTLIER, classifier_with_outlier

pytestmark = pytest.mark.numeric

Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def corrected(calibration: Pixels) -> Corrected:
    return corrected_model(classifier_with_outlier(), calibration, effort="fast")


def test_sensitivity_of_a_layer_is_what_quantizing_it_alone_changes(corrected: Corrected, held_out: Pixels) -> None:
    sensitivity = sensitivity_of_layers(corrected.model, corrected.ranges, tuple(corrected.ranges), held_out)
    assert sensitivity.keys() == corrected.ranges.keys()
    assert list(sensitivity.values()) == sorted(sensitivity.values(), reverse=True)
    assert next(iter(sensitivity)) == OUTLIER
    # Every pixel has a level of its own, so that nothing but float rounding comes of quantizing them.
    assert sensitivity["normalisation"] < 1e-6 * sensitivity[OUTLIER]
