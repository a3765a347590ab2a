"""How the error divides over layers, and over weights and activations."""

from __future__ import annotations

import pytest

from edgewright_convert.explain.error_shares import error_shares

from .made_up import row


def test_shares_are_of_what_all_activations_cost():
    found = error_shares({"a": 3e-4, "b": 1e-4}, [row()], 1e-3)
    assert dict(found.by_layer) == pytest.approx({"a": 0.75, "b": 0.25})
    assert found.worst == ("a", pytest.approx(0.75))


def test_as_few_layers_as_reach_a_share():
    found = error_shares({"a": 4.0, "b": 3.0, "c": 2.0, "d": 1.0}, [row()], 10.0)
    assert [found.layers_of(share) for share in (0.4, 0.5, 1.0)] == [("a",), ("a", "b"), ("a", "b", "c", "d")]


def test_weights_share_is_that_of_the_last_layer_before_the_softmax():
    rows = [
        row(0, weights_db=10.0, activations_db=40.0),
        row(1, weights_db=30.0, activations_db=30.0),
        row(2, operator="SOFTMAX", weights_db=10.0, activations_db=40.0),
    ]
    assert error_shares({"a": 1.0}, rows, 1.0).weights == pytest.approx(0.5)


def test_where_weights_were_not_looked_at_they_are_what_activations_do_not_explain():
    assert error_shares({"a": 1e-4}, [row()], 1e-3).weights == pytest.approx(0.9)
    assert error_shares({"a": 2e-3}, [row()], 1e-3).weights == 0.0
    assert error_shares({}, [row()], 1e-3).weights is None


def test_a_model_that_loses_nothing_has_no_shares():
    found = error_shares({"a": 0.0}, [row()], 0.0)
    assert (dict(found.by_layer), found.worst, found.layers_of(0.5)) == ({}, None, ())
