from __future__ import annotations

import numpy as np
import pytest

from edgewright_convert.int8.fidelity import Fidelity, fidelity_of

pytestmark = pytest.mark.numeric


def test_agreement_is_of_labels_and_distance_of_probabilities() -> None:
    reference = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    candidate = np.array([[0.7, 0.3], [0.6, 0.4]], np.float32)
    found = fidelity_of(candidate, reference)
    assert (found.agreement, found.images) == (0.5, 2)
    assert abs(found.distance - 0.3) < 1e-6


def test_equal_outputs_agree_in_full() -> None:
    outputs = np.random.default_rng(0).random((7, 4), np.float32)
    assert fidelity_of(outputs, outputs) == Fidelity(1.0, 0.0, 7)
