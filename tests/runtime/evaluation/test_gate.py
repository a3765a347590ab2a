from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgewright_runtime.errors import EdgewrightError
from edgewright_runtime.evaluation.gate import PairedCounts, Thresholds, decide
from edgewright_runtime.evaluation.policy import must_not_ship


def _benchmark(name: str) -> ModuleType:
    """A script of benchmarks/, which are no package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[3] / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


gate_coverage = _benchmark("gate_coverage")


def test_models_that_differ_by_one_point_on_200_images_are_inconclusive():
    found = decide(PairedCounts(n=200, agreed=196, lost=3, gained=1), Thresholds())
    assert found.verdict == "inconclusive"
    assert found.n_needed is not None
    assert found.n_needed > 200
    assert "more test images" in found.why


@pytest.mark.parametrize("n", [299, 359, 3000])
def test_one_label_on_every_image_passes_with_an_interval_that_supports_it(n):
    found = decide(PairedCounts(n=n, agreed=n, lost=0, gained=0), Thresholds())
    assert (found.verdict, found.drop, found.agreement, found.p_value) == ("pass", 0.0, 1.0, 1.0)
    assert found.drop_high == pytest.approx(1 - 0.05 ** (1 / n))
    assert found.drop_high <= Thresholds().max_drop
    assert found.agreement_low == pytest.approx(0.05 ** (1 / n))
    assert f"and {100 * found.drop_high:.2f} points (below the limit of 1.00)" in found.why


def test_one_label_on_every_one_of_too_few_images_is_inconclusive_and_says_how_many_are_needed():
    found = decide(PairedCounts(n=200, agreed=200, lost=0, gained=0), Thresholds())
    assert (found.verdict, found.n_needed) == ("inconclusive", 299)
    assert found.drop_high == pytest.approx(1 - 0.05 ** (1 / 200))
    assert "same label on all 200 images" in found.why


def test_drop_beyond_the_limit_on_few_images_must_not_ship_although_it_is_inconclusive():
    found = decide(PairedCounts(n=180, agreed=177, lost=3, gained=0), Thresholds())
    assert (found.verdict, found.beyond) == ("inconclusive", True)
    assert 100 * found.drop == pytest.approx(1.67, abs=0.01)
    assert must_not_ship(found, strict=False)
    assert "a drop of 1.67 points, is beyond the limit already" in found.why


def test_agreement_below_the_limit_must_not_ship_either():
    found = decide(PairedCounts(n=100, agreed=94, lost=0, gained=0), Thresholds())
    assert (found.verdict, found.beyond, must_not_ship(found, strict=False)) == ("inconclusive", True, True)


def test_inconclusive_within_the_limits_may_ship_unless_a_pass_is_asked_for():
    found = decide(PairedCounts(n=180, agreed=179, lost=1, gained=0), Thresholds())
    assert (found.verdict, found.beyond) == ("inconclusive", False)
    assert not must_not_ship(found, strict=False)
    assert must_not_ship(found, strict=True)


@pytest.mark.parametrize("n", [300, 600])
@pytest.mark.parametrize("more", [0.0, 0.02])
def test_candidate_that_drops_by_the_limit_passes_at_most_once_in_twenty(n, more):
    found = gate_coverage.row(n, drop=0.01, more=more, draws=4000, seed=1)
    assert found.passed <= 0.055  # 4000 draws tell 5 % to half a point
    assert found.covered >= 0.9


def test_photos_without_labels_prove_a_pass_by_the_labels_that_do_not_change():
    found = decide(PairedCounts(n=1000, agreed=996), Thresholds())
    assert (found.verdict, found.drop, found.p_value) == ("pass", None, None)
    # The share at which four or fewer of 1000 differ once in twenty: no drop is larger.
    assert found.drop_high == pytest.approx(0.00913, abs=1e-5)
    assert "on 1000 images without labels the drop lies between -0.91 and 0.91 points" in found.why


def test_photos_without_labels_fail_by_agreement_alone_and_say_how_many_are_needed():
    assert decide(PairedCounts(n=1000, agreed=600), Thresholds()).verdict == "fail"
    few = decide(PairedCounts(n=298, agreed=298), Thresholds())
    assert (few.verdict, few.n_needed, few.beyond) == ("inconclusive", 299, False)
    found = decide(PairedCounts(n=500, agreed=498), Thresholds())
    assert found.verdict == "inconclusive"
    factor = (found.n_needed + 1) / 500
    hopeless = decide(PairedCounts(n=3000, agreed=2960), Thresholds())
    assert (hopeless.verdict, hopeless.n_needed) == ("inconclusive", None)
    assert hopeless.why.endswith("only labelled images would tell")
    enough = PairedCounts(n=found.n_needed + 1, agreed=found.n_needed + 1 - math.floor(2 * factor))
    assert decide(enough, Thresholds()).verdict == "pass"


@pytest.mark.parametrize("more", [0.0, 0.005])
def test_candidate_that_drops_by_the_limit_passes_without_labels_at_most_once_in_twenty(more):
    found = gate_coverage.row(474, drop=0.01, more=more, draws=4000, seed=1)
    assert found.passed_unlabelled <= 0.06  # 4000 draws tell 5 % to a point


def test_broken_model_fails():
    found = decide(PairedCounts(n=200, agreed=30, lost=150, gained=2), Thresholds())
    assert found.verdict == "fail"
    assert found.n_needed is None
    assert found.p_value < 1e-20


def test_low_agreement_fails_even_at_equal_accuracy():
    assert decide(PairedCounts(n=1000, agreed=700, lost=100, gained=100), Thresholds()).verdict == "fail"


def test_many_images_with_a_small_drop_pass():
    assert decide(PairedCounts(n=10_000, agreed=9_900, lost=40, gained=35), Thresholds()).verdict == "pass"


def test_the_number_needed_is_the_number_that_decides():
    few = PairedCounts(n=100, agreed=99, lost=1, gained=1)
    needed = decide(few, Thresholds()).n_needed
    assert needed is not None
    factor = (needed + 1) / 100
    many = PairedCounts(round(100 * factor), round(99 * factor), round(factor), round(factor))
    assert decide(many, Thresholds()).verdict == "pass"


@pytest.mark.parametrize("bad", [{"max_drop": -0.1}, {"max_drop": 1.5}, {"min_agreement": 2.0}, {"confidence": 0.2}])
def test_thresholds_outside_their_range_are_refused(bad):
    with pytest.raises(EdgewrightError, match=next(iter(bad))):
        Thresholds(**bad)


def test_no_image_is_an_error():
    with pytest.raises(EdgewrightError, match="no test image"):
        decide(PairedCounts(0, 0, 0, 0), Thresholds())


@given(both=st.integers(0, 300), lost=st.integers(0, 60), gained=st.integers(0, 60), astray=st.integers(0, 60))
def test_verdict_follows_the_intervals(both, lost, gained, astray):
    n = both + lost + gained + astray
    if n == 0:
        return
    limits = Thresholds()
    found = decide(PairedCounts(n, both, lost, gained), limits)
    assert found.drop_low <= found.drop <= found.drop_high
    assert found.agreement_low <= found.agreement <= found.agreement_high
    if found.verdict == "fail":
        assert found.drop_low > limits.max_drop or found.agreement_high < limits.min_agreement
    if found.verdict == "pass":
        assert found.drop_high <= limits.max_drop
        assert found.agreement_low >= limits.min_agreement
