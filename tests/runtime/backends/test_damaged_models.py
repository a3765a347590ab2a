"""A few damages of each kind of file; benchmarks/damaged_models.py does hundreds."""

from __future__ import annotations

import pytest

from ...scripts import script


@pytest.mark.parametrize("bare", [False, True], ids=["in a run", "without a manifest"])
def test_damage_is_refused_in_a_sentence_or_does_nothing(converted_run, digit_images, tmp_path, bare):
    images = sorted(digit_images.glob("[0-3]/0001.png"))
    found = script("damaged_models").campaign(converted_run, images, tmp_path, 10, seed=7, bare=bare)
    # What a manifest does not list may be another list of labels, or another contract, as well as a damaged one.
    edited = [each for each in found if each.kind in {".txt: TAKEN", ".json: TAKEN"}]
    assert not [(each.where, each.verdict) for each in found if each.is_wrong and each not in edited]
    assert [each.verdict for each in found].count("refused") >= 5
