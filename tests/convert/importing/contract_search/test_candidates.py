"""Which contracts are tried."""

from dataclasses import replace

import pytest

from edgewright_convert.importing.contract_search import Geometry, Known, Values, contract_for
from edgewright_convert.importing.contract_search.candidates import offsets_to_try, values_to_try
from edgewright_convert.importing.model_checks import ImageShape
from edgewright_runtime.backends.base import Tensor
from edgewright_runtime.backends.tflite_metadata import StatedNormalisation
from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS

COLOUR, GREY = ImageShape(8, 8, 3), ImageShape(8, 8, 1)


def tensor(dtype, scale=0.0, zero_point=0, channels=3):
    return Tensor("input", (1, 8, 8, channels), dtype, scale=scale, zero_point=zero_point)


@pytest.mark.parametrize(
    ("outputs", "labels", "expected"),
    [(10, 10, [0]), (1001, 1000, [1, 0]), (1000, 1001, [-1, 0]), (12, 10, [0, 1, 2])],
)
def test_labels_begin_where_all_have_an_output_or_all_outputs_a_label(outputs, labels, expected):
    assert list(offsets_to_try(outputs, labels, Known())) == expected


def test_offset_that_is_known_is_the_only_one():
    assert offsets_to_try(1001, 1000, Known(label_offset=0)) == (0,)


def test_float_input_is_tried_with_all_values_in_both_orders_rgb_first():
    tried = values_to_try(tensor("float32"), COLOUR, Known())
    orders = [values.channel_order for values in tried]
    assert orders == sorted(orders, reverse=True)
    assert {values.normalisation.name for values in tried} >= set(NORMALISATIONS)


def test_what_the_metadata_states_is_tried_as_well():
    stated = replace(tensor("float32"), stated_normalisation=StatedNormalisation((100.0,), (50.0,)))
    assert "0.02,-2" in {values.normalisation.name for values in values_to_try(stated, COLOUR, Known())}


def test_grey_input_has_no_order_of_channels():
    tried = values_to_try(tensor("float32", channels=1), GREY, Known())
    assert {values.channel_order for values in tried} == {"RGB"}


def test_bytes_without_a_scale_are_pixels():
    tried = values_to_try(tensor("uint8"), COLOUR, Known())
    assert {values.normalisation.name for values in tried} == {"raw"}


def test_bytes_of_a_published_file_are_not_tried_as_pixels_from_0_to_255():
    tried = values_to_try(tensor("uint8", scale=1 / 128, zero_point=128), COLOUR, Known())
    names = {values.normalisation.name for values in tried}
    assert "minus-one-to-one" in names
    assert "raw" not in names


def test_what_is_known_is_all_that_is_tried():
    known = Known(normalisation=NORMALISATIONS["minus-one-to-one"], channel_order="BGR")
    (only,) = values_to_try(tensor("float32"), COLOUR, known)
    assert (only.normalisation.name, only.channel_order) == ("minus-one-to-one", "BGR")


def test_pixels_as_they_are_are_left_to_the_graph():
    raw = contract_for(Values(NORMALISATIONS["raw"]), Geometry("crop", 0.875), COLOUR)
    assert (raw.normalisation.applied_by, raw.crop_fraction, raw.resize_method) == ("graph", 0.875, "crop")
    scaled = contract_for(Values(NORMALISATIONS["minus-one-to-one"], "BGR"), Geometry(), COLOUR)
    assert (scaled.normalisation.applied_by, scaled.channel_order) == ("runtime", "BGR")


def test_order_of_channels_reaches_the_wrappers_of_float_models():
    values = Values(NORMALISATIONS["raw"], "BGR")
    assert values.declared() == replace(values.normalisation, bgr=True)
