from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from edgewright_runtime.evaluation.statistics import (
    exact_mcnemar,
    exact_upper_bound,
    tango_interval,
    wilson_interval,
)


@given(lost=st.integers(0, 400), gained=st.integers(0, 400))
def test_mcnemar_is_scipys_exact_binomial_test(lost, gained):
    expected = stats.binomtest(lost, lost + gained, 0.5).pvalue if lost + gained else 1.0
    assert exact_mcnemar(lost, gained) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_mcnemar_stands_thousands_of_discordant_images():
    assert 0 < exact_mcnemar(1500, 1600) < 1


@given(n=st.integers(1, 100_000), share=st.floats(0, 1), confidence=st.floats(0.5, 0.9999))
@example(n=100_000, share=0.0, confidence=0.9999)
@example(n=100_000, share=0.5, confidence=0.95)
@example(n=1, share=1.0, confidence=0.95)
def test_exact_bound_is_clopper_and_pearsons(n, share, confidence):
    cases = math.floor(share * n)
    expected = 1.0 if cases == n else stats.beta.ppf(confidence, cases + 1, n - cases)
    assert exact_upper_bound(cases, n, confidence=confidence) == pytest.approx(expected, rel=1e-9)


@given(n=st.integers(1, 5000), share=st.floats(0, 1))
def test_wilson_is_scipys(n, share):
    successes = round(share * n)
    expected = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    assert wilson_interval(successes, n, confidence=0.95) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize(("lost", "gained", "n"), [(0, 1, 44), (12, 2, 14), (9, 12, 600), (300, 2, 600)])
def test_tango_bounds_meet_the_score_equation(lost, gained, n):
    low, high = tango_interval(lost, gained, n, confidence=0.95)
    assert low < (lost - gained) / n < high
    for bound in (low, high):
        # Written out again from the paper's equation: the constrained maximum-likelihood estimate of the gained share.
        b = -lost - gained + (2 * n - lost + gained) * bound
        q = (math.sqrt(b * b + 8 * n * gained * bound * (1 - bound)) - b) / (4 * n)
        score = (lost - gained - n * bound) / math.sqrt(n * (2 * q + bound * (1 - bound)))
        assert abs(score) == pytest.approx(1.959964, abs=1e-4)


def test_tango_without_discordant_images_still_has_a_width():
    low, high = tango_interval(0, 0, 200, confidence=0.95)
    z2 = 1.959964**2
    assert high == pytest.approx(z2 / (200 + z2), abs=1e-6)
    assert low == pytest.approx(-high)


@given(lost=st.integers(0, 50), gained=st.integers(0, 50), same=st.integers(1, 500))
def test_tango_mirrors_when_the_models_swap(lost, gained, same):
    n = lost + gained + same
    low, high = tango_interval(lost, gained, n, confidence=0.9)
    swapped = tango_interval(gained, lost, n, confidence=0.9)
    assert (low, high) == pytest.approx((-swapped[1], -swapped[0]), abs=1e-6)
    assert low <= (lost - gained) / n <= high
