"""Which ranges of values are tried."""

import pytest

from edgewright_convert.importing.contract_search.ranges import ranges_beside, ranges_to_try
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS, normalisation_named


def ends(row):
    return tuple(round(level * row.scale[0] + row.offset[0], 6) for level in (0, 255))


@pytest.mark.parametrize("channels", [1, 3])
def test_ranges_with_a_name_come_first_and_those_without_can_be_asked_for_by_their_numbers(channels):
    rows = ranges_to_try(channels)
    named = [row.name for row in rows if row.name in NORMALISATIONS]
    assert [row.name for row in rows[: len(named)]] == named
    for row in rows[len(named) :]:
        assert normalisation_named(row.name) == row


def test_grey_input_is_tried_with_the_deviations_of_grey_data_sets():
    assert {ends(row) for row in ranges_to_try(1)} >= {(-1.986726, 2.438053), (-0.424213, 2.821487)}


def test_beside_a_range_lie_other_contrasts_and_other_brightness():
    found = {ends(row) for row in ranges_beside(NORMALISATIONS["minus-one-to-one"])}
    assert found == {(-2, 2), (-0.5, 0.5), (0, 2), (-2, 0)}


def test_nothing_lies_beside_a_range_of_its_own_for_each_channel():
    assert list(ranges_beside(NORMALISATIONS["imagenet-torch"])) == []
