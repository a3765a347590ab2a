from __future__ import annotations

from pathlib import Path

import pytest

from edgewright_convert.options import BatchProfile, ConvertOptions, batch_profile, float_layers
from edgewright_runtime.errors import EdgewrightError


@pytest.mark.parametrize("text", ["", "1,2", "a,b,c", "4,2,1", "0,1,1"])
def test_nonsense_batch_sizes_are_refused(text):
    with pytest.raises(EdgewrightError, match="batch sizes"):
        batch_profile(text)


def test_batch_sizes_are_least_best_and_greatest():
    assert batch_profile("1,2,4") == BatchProfile(1, 2, 4)


def test_unknown_effort_is_refused_with_the_nearest_name():
    with pytest.raises(EdgewrightError, match=r"'balancd'.*balanced"):
        ConvertOptions(int8_effort="balancd")


@pytest.mark.parametrize("text", ["all", "", "1.5"])
def test_number_of_excluded_layers_is_a_number_or_auto(text):
    assert (float_layers("auto"), float_layers("3")) == ("auto", 3)
    with pytest.raises(EdgewrightError, match="or auto"):
        float_layers(text)


def test_fewer_than_no_excluded_layers_are_refused():
    with pytest.raises(EdgewrightError, match="0 or more, not -1"):
        ConvertOptions(keep_float=-1)


def test_manifest_gets_the_options_that_a_format_depends_on_as_json_has_them():
    options = ConvertOptions(seed=4, compute_capabilities=("8.9",), calibrate=Path("photos"))
    names = ("seed", "compute_capabilities", "calibrate")
    assert options.of(names) == {"seed": 4, "compute_capabilities": ["8.9"], "calibrate": "photos"}
