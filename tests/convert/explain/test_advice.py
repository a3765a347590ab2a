"""The paragraph says in words what the figures say."""

from __future__ import annotations

import json

import pytest

from edgewright_convert.explain.advice import advice_of
from edgewright_convert.explain.efforts import OwnFile
from edgewright_convert.explain.error_shares import ErrorShares

from .made_up import findings, float_layers, labels, spread


def said(**changes) -> str:
    return advice_of(findings(**changes)).summary


def test_first_sentence_says_what_happens_to_the_labels():
    assert said().startswith(
        "On 200 held-out images the balanced INT8 file names the float model's label on 194 (97.0%); on further images "
        "like these about 98.0% are to be expected."
    )
    assert "label on all; on further images" in said(labels=labels(expected=0.999, changed=0))


def test_images_that_the_ranges_come_from_are_called_so():
    assert said(labels=labels(held_out=False)).startswith("On the 200 images that its ranges come from")


def test_near_ties_are_called_so_and_other_changes_are_not():
    assert "Near ties are what changed: on those 6 images" in said()
    assert "not a matter of near ties alone" in said(labels=labels(lead=0.6))
    assert "on that image" in said(labels=labels(changed=1))
    assert "near ties" not in said(labels=labels(changed=0)).lower()


@pytest.mark.parametrize(
    ("by_layer", "words"),
    [
        ({"stem": 0.4, "a": 0.3, "b": 0.3}, "one stands out: that of stem causes 40%"),
        ({"a": 0.24, "b": 0.2, "c": 0.16, **{f"l{n}": 0.04 for n in range(10)}}, "a few stand out: a, b, c cause 60%"),
        (spread().by_layer, "no layer stands out among the activations: the worst, conv_0, causes 7%"),
    ],
)
def test_layers_that_stand_out_are_named(by_layer, words):
    assert words in said(shares=ErrorShares(by_layer, 0.1))


@pytest.mark.parametrize(
    ("weights", "words"),
    [(0.9, "error (90%) comes from rounding weights"), (0.1, "(90%) comes from rounding activations"), (0.5, "share")],
)
def test_weights_and_activations_are_told_apart(weights, words):
    assert words in said(shares=ErrorShares(spread().by_layer, weights))


def test_layers_that_were_tried_in_vain_are_named():
    assert "Leaving layers in float was tried, and brought nothing (conv_7)." in said(float_layers=float_layers())
    assert "tried" not in said(float_layers=float_layers("conv_0"))


def test_nothing_to_gain_is_said():
    found = advice_of(findings(labels=labels(expected=0.998, changed=0)))
    assert found.summary.endswith("Nothing to do: what is left is not worth the price of any remedy.")
    assert found.suggestions == ()
    assert found.next_command == "edgewright evaluate runs/flowers --format tflite-int8"
    assert said().endswith("No remedy known here would bring the file nearer.")


def test_first_remedy_is_in_the_paragraph_and_its_command_is_the_next():
    found = advice_of(findings(effort="fast", own=OwnFile("fast", "fast")))
    assert "To try first: convert with --int8-effort balanced" in found.summary
    assert found.next_command == found.suggestions[0].command


def test_without_layers_the_reason_is_given():
    bare = said(shares=ErrorShares({}, None), why_not_corrected="it is no graph of layers")
    assert "Which layers cause it cannot be measured" in bare


def test_advice_can_be_written_as_json():
    written = json.loads(json.dumps(advice_of(findings(float_layers=float_layers("conv_0"))).as_dict()))
    assert written["fidelity"]["fidelity"]["expected"] == 0.98
    assert written["suggestions"][0]["name"] == "keep-float"
    assert {"summary", "error_shares", "next_command"} <= written.keys()
