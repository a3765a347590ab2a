import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.preprocessing import Normalisation, Preprocessing

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def contracts(draw: st.DrawFn) -> Preprocessing:
    colour_mode = draw(st.sampled_from(["RGB", "grayscale"]))
    channels = 3 if colour_mode == "RGB" else 1
    method = draw(st.sampled_from(["squash", "crop", "pad"]))
    return Preprocessing(
        height=draw(st.integers(1, 8192)),
        width=draw(st.integers(1, 8192)),
        colour_mode=colour_mode,
        resize_method=method,
        crop_fraction=draw(st.floats(0.01, 1.0)) if method == "crop" else 1.0,
        pad_colour=draw(COLOURS),
        interpolation=draw(st.sampled_from(["bilinear", "bicubic", "lanczos"])),
        exif_orientation=draw(st.booleans()),
        transparency_background=draw(COLOURS),
        jpeg_scaled_decode=draw(st.integers(0, 64)),
        normalisation=Normalisation(
            draw(st.tuples(*[FINITE] * channels)),
            draw(st.tuples(*[FINITE] * channels)),
            draw(st.sampled_from(["graph", "runtime"])),
        ),
        channel_order=draw(st.sampled_from(["RGB", "BGR"])) if channels == 3 else "RGB",
        output=draw(st.sampled_from(["probabilities", "logits"])),
    )


@given(contracts())
def test_contract_comes_back_from_json_as_it_was(contract):
    assert Preprocessing.from_dict(json.loads(json.dumps(contract.to_dict()))) == contract


@given(contracts(), st.data())
def test_missing_field_is_refused_by_name(contract, data):
    value = contract.to_dict()
    name = data.draw(st.sampled_from(sorted(value)))
    del value[name]

    with pytest.raises(EdgewrightError, match=name.split("_")[0]):
        Preprocessing.from_dict(value)


@given(st.text(min_size=1).filter(lambda name: name not in Preprocessing(1, 1).to_dict()))
def test_unknown_field_is_refused(name):
    with pytest.raises(EdgewrightError, match="Unknown field"):
        Preprocessing.from_dict({**Preprocessing(8, 8).to_dict(), name: 1})


def test_saved_contract_loads(tmp_path):
    contract = Preprocessing(224, 192, resize_method="pad", pad_colour=(1, 2, 3), interpolation="lanczos")

    contract.save(tmp_path / "preprocessing.json")

    assert Preprocessing.load(str(tmp_path / "preprocessing.json")) == contract


def test_error_in_a_file_names_the_file(tmp_path):
    path = tmp_path / "preprocessing.json"
    path.write_text(json.dumps({**Preprocessing(8, 8).to_dict(), "height": -1}))

    with pytest.raises(EdgewrightError, match=r"preprocessing\.json: height must be a whole number"):
        Preprocessing.load(path)


@pytest.mark.parametrize("version", [None, 0, 3, "1", True, 1.0])
def test_other_schema_version_is_refused(version):
    with pytest.raises(EdgewrightError, match="schema version"):
        Preprocessing.from_dict({**Preprocessing(8, 8).to_dict(), "schema_version": version})


def test_other_rules_are_refused():
    value = Preprocessing(8, 8).to_dict()
    value["rules"]["animation"] = "last frame"

    with pytest.raises(EdgewrightError, match="rules"):
        Preprocessing.from_dict(value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("height", 0),
        ("height", 8193),
        ("width", 224.0),
        ("width", True),
        ("width", "224"),
        ("colour_mode", "BGR"),
        ("colour_mode", None),
        ("colour_mode", []),
        ("resize_method", "stretch"),
        ("interpolation", "nearest"),
        ("crop_fraction", 0),
        ("crop_fraction", 1.5),
        ("crop_fraction", math.nan),
        ("crop_fraction", 0.9),  # of a contract that squashes
        ("pad_colour", [0, 0]),
        ("pad_colour", [0, 0, 256]),
        ("pad_colour", [0, 0, 0.5]),
        ("pad_colour", 0),
        ("transparency_background", "white"),
        ("exif_orientation", 1),
        ("jpeg_scaled_decode", -1),
        ("jpeg_scaled_decode", 2.0),
        ("normalisation", None),
        ("normalisation", {"scale": [1, 1, 1], "offset": [0, 0, 0], "applied_by": "app"}),
        ("normalisation", {"scale": [1, 1, 1], "offset": [0, 0, 0]}),
        ("normalisation", {"scale": [1], "offset": [0], "applied_by": "graph"}),
        ("normalisation", {"scale": [1, 1, math.inf], "offset": [0, 0, 0], "applied_by": "graph"}),
        ("normalisation", {"scale": [1, 1, 10**400], "offset": [0, 0, 0], "applied_by": "graph"}),
        ("normalisation", {"scale": [1, 1, "1"], "offset": [0, 0, 0], "applied_by": "graph"}),
        ("normalisation", {"scale": 1, "offset": 0, "applied_by": "graph"}),
    ],
)
def test_wrong_value_is_refused(field, value):
    with pytest.raises(EdgewrightError):
        Preprocessing.from_dict({**Preprocessing(8, 8).to_dict(), field: value})


def test_near_miss_of_a_name_is_suggested():
    with pytest.raises(EdgewrightError, match="did you mean 'bicubic'"):
        Preprocessing(8, 8, interpolation="bicubik")


@pytest.mark.parametrize("numbers", [("1", "1", "1"), (1, 1, math.nan), (10**400, 1, 1), None, 3])
def test_normalisation_of_other_than_finite_numbers_is_refused(numbers):
    with pytest.raises(EdgewrightError, match="scale must be a list of finite numbers, one per channel, not "):
        Normalisation(scale=numbers)


def test_normalisation_of_another_number_of_channels_is_refused():
    with pytest.raises(EdgewrightError, match=r"normalisation offset needs 3 finite number\(s\)"):
        Preprocessing(8, 8, normalisation=Normalisation(offset=(0.0,)))


def test_lists_and_whole_numbers_become_what_the_fields_are():
    contract = Preprocessing(8, 8, resize_method="crop", crop_fraction=1, pad_colour=[1, 2, 3])

    assert contract == Preprocessing(8, 8, resize_method="crop", crop_fraction=1.0, pad_colour=(1, 2, 3))
    assert (type(contract.crop_fraction), type(contract.pad_colour)) == (float, tuple)


def test_field_that_is_misspelt_is_refused_with_the_nearest():
    value = json.loads(json.dumps(Preprocessing(8, 8).to_dict()))
    value["normalisation"]["ofset"] = value["normalisation"].pop("offset")

    with pytest.raises(EdgewrightError) as error:
        Preprocessing.from_dict(value, where="a.json")

    assert str(error.value) == "a.json, normalisation: Unknown field 'ofset': did you mean 'offset'?"


def test_contract_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Preprocessing(8, 8).height = 9


@given(contracts(), st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_threshold_of_a_model_with_one_output_comes_back(contract, threshold):
    contract = dataclasses.replace(contract, decision_threshold=threshold)
    assert Preprocessing.from_dict(json.loads(json.dumps(contract.to_dict()))) == contract


def test_threshold_is_not_named_where_there_is_none():
    assert "decision_threshold" not in Preprocessing(8, 8).to_dict()


@pytest.mark.parametrize("threshold", [0, 1, -0.5, math.nan, "0.5", True])
def test_threshold_outside_its_range_is_refused(threshold):
    with pytest.raises(EdgewrightError, match="decision_threshold must be above 0 and below 1"):
        Preprocessing(8, 8, decision_threshold=threshold)


@pytest.mark.parametrize(
    "changed",
    [
        {"normalisation": Normalisation(applied_by="runtime")},
        {"channel_order": "BGR"},
        {"output": "logits"},
    ],
)
def test_version_2_is_written_only_where_version_1_cannot_say_it(changed):
    assert Preprocessing(8, 8).to_dict()["schema_version"] == 1
    assert Preprocessing(8, 8, **changed).to_dict()["schema_version"] == 2


def test_version_1_knows_neither_another_applier_nor_the_fields_of_version_2():
    value = Preprocessing(8, 8).to_dict()

    with pytest.raises(EdgewrightError, match="in schema version 1 normalisation is applied by the graph"):
        Preprocessing.from_dict({**value, "normalisation": {**value["normalisation"], "applied_by": "runtime"}})
    with pytest.raises(EdgewrightError, match="'channel_order', which schema version 1 has not"):
        Preprocessing.from_dict({**value, "channel_order": "RGB"})


def test_grayscale_has_no_channel_order():
    with pytest.raises(EdgewrightError, match="one channel has no order"):
        Preprocessing(8, 8, "grayscale", normalisation=Normalisation((1.0,), (0.0,)), channel_order="BGR")
