"""In what two trainings differ is told field by field, and cut after five."""

import pytest

from edgewright_runtime.errors import EdgewrightError
from edgewright_train.provenance import check_same, unlike

ONE = {
    "data": "a1",
    "recipe": {"alpha": 0.35, "head_phase": {"epochs": 3, "views": 2}},
    "weights": {"alpha": 0.35, "sha256": "b2"},
    "seed": 4,
    "fold": None,
    "labels": ["x", "y"],
}


def test_the_same_differs_in_nothing(tmp_path):
    assert unlike(ONE, {**ONE, "labels": ["x", "y"]}) == ()
    check_same(ONE, dict(ONE), out=tmp_path)


def test_values_are_told_but_not_hashes_and_labels():
    other = {
        **ONE,
        "data": "a2",
        "seed": 5,
        "labels": ["y", "x"],
        "recipe": {"alpha": 0.35, "head_phase": {"epochs": 4, "views": 2}},
        "weights": {"alpha": 0.35, "sha256": None},
    }
    assert unlike(ONE, other, where="at the chief") == (
        "the data set has other files, labels or splits",
        "the labels are others, or in another order",
        "recipe.head_phase.epochs: 3 given, 4 at the chief",
        "seed: 4 given, 5 at the chief",
        "the weights have another content",
    )


def test_field_that_only_one_has_is_a_difference():
    assert unlike(ONE, {**ONE, "fold": {"number": 1}}) == ("fold.number: None given, 1 there",)


def test_sentence_names_five_and_how_many_more(tmp_path):
    then = {**ONE, "recipe": {str(number): number for number in range(9)}}
    with pytest.raises(EdgewrightError, match=r"run was made from something else \(.* and 7 more\); give what it was"):
        check_same(ONE, then, out=tmp_path / "run")
