"""Which labels an INT8 file changes, and whether that matters."""

from __future__ import annotations

import numpy as np
import pytest

from edgewright_convert.explain.label_changes import label_changes

from .made_up import labels


def test_changes_are_counted_and_the_float_models_lead_on_them_is_told():
    reference = np.array([[0.9, 0.05, 0.05], [0.48, 0.44, 0.08], [0.1, 0.8, 0.1]], np.float32)
    outputs = np.array([[0.8, 0.1, 0.1], [0.43, 0.49, 0.08], [0.1, 0.8, 0.1]], np.float32)
    found = label_changes(outputs, outputs, reference, held_out=True)
    assert found.changed == 1
    assert found.fidelity.agreement == pytest.approx(2 / 3)
    assert found.lead_where_changed == pytest.approx(0.04, abs=1e-6)
    assert found.lead == pytest.approx(0.7, abs=1e-6)
    assert found.near_ties


def test_nothing_changed_has_no_lead():
    same = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    found = label_changes(same, same, same, held_out=False)
    assert (found.changed, found.lead_where_changed, found.near_ties, found.matters) == (0, None, False, False)


@pytest.mark.parametrize(
    ("expected", "changed", "matters"),
    [
        (0.995, 1, False),
        (0.985, 0, True),  # no image of these changed, by luck
        (0.995, 4, False),  # four of 200 may be luck
        (0.995, 20, True),  # twenty are not
    ],
)
def test_a_loss_matters_by_what_is_to_be_expected_and_by_what_was_seen(expected, changed, matters):
    assert labels(expected=expected, changed=changed).matters is matters


def test_a_clear_lead_is_no_near_tie():
    assert labels(lead=0.05).near_ties
    assert not labels(lead=0.5).near_ties
