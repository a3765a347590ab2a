from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.evaluation.gate import MIN_IMAGES, PairedCounts, Thresholds, judge


def test_models_that_differ_by_one_point_on_200_images_are_inconclusive():
    found = judge(PairedCounts(n=200, agreed=196, lost=3, gained=1), Thresholds())
    assert found.verdict == "inconclusive"
    assert found.n_needed is not None
    assert found.n_needed > 200
    assert "more test images" in found.why


def test_identical_labels_pass():
    found = judge(PairedCounts(n=200, agreed=200, lost=0, gained=0), Thresholds())
    assert (found.verdict, found.drop, found.agreement, found.p_value) == ("pass", 0.0, 1.0, 1.0)


def test_identical_labels_on_too_few_images_are_inconclusive_and_say_how_many_are_needed():
    found = judge(PairedCounts(n=5, agreed=5, lost=0, gained=0), Thresholds())
    assert (found.verdict, found.n_needed) == ("inconclusive", MIN_IMAGES)


def test_identical_probabilities_pass_on_any_number_of_images():
    assert judge(PairedCounts(n=1, agreed=1, lost=0, gained=0, identical=True), Thresholds()).verdict == "pass"


def test_broken_model_fails():
    found = judge(PairedCounts(n=200, agreed=30, lost=150, gained=2), Thresholds())
    assert found.verdict == "fail"
    assert found.n_needed is None
    assert found.p_value < 1e-20


def test_low_agreement_fails_even_at_equal_accuracy():
    assert judge(PairedCounts(n=1000, agreed=700, lost=100, gained=100), Thresholds()).verdict == "fail"


def test_many_images_with_a_small_drop_pass():
    assert judge(PairedCounts(n=10_000, agreed=9_900, lost=40, gained=35), Thresholds()).verdict == "pass"


def test_the_number_needed_is_the_number_that_decides():
    few = PairedCounts(n=100, agreed=99, lost=1, gained=1)
    needed = judge(few, Thresholds()).n_needed
    assert needed is not None
    factor = (needed + 1) / 100
    many = PairedCounts(round(100 * factor), round(99 * factor), round(factor), round(factor))
    assert judge(many, Thresholds()).verdict == "pass"


@pytest.mark.parametrize("bad", [{"max_drop": -0.1}, {"max_drop": 1.5}, {"min_agreement": 2.0}, {"confidence": 0.2}])
def test_thresholds_outside_their_range_are_refused(bad):
    with pytest.raises(EdgewrightError, match=next(iter(bad))):
        Thresholds(**bad)


def test_no_image_is_an_error():
    with pytest.raises(EdgewrightError, match="no test image"):
        judge(PairedCounts(0, 0, 0, 0), Thresholds())


@given(both=st.integers(0, 300), lost=st.integers(0, 60), gained=st.integers(0, 60), astray=st.integers(0, 60))
def test_verdict_follows_the_intervals(both, lost, gained, astray):
    n = both + lost + gained + astray
    if n == 0:
        return
    limits = Thresholds()
    found = judge(PairedCounts(n, both, lost, gained), limits)
    assert found.drop_low <= found.drop <= found.drop_high
    assert found.agreement_low <= found.agreement <= found.agreement_high
    if found.verdict == "fail":
        assert found.drop_low > limits.max_drop or found.agreement_high < limits.min_agreement
    if found.verdict == "pass" and found.agreement < 1:
        assert found.drop_high <= limits.max_drop
        assert found.agreement_low >= limits.min_agreement
