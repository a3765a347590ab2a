"""Paired statistics of two classifiers on the same images."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

_BISECTIONS = 80
_FRACTION_STEPS = 10_000
_FRACTION_PRECISION = 1e-14
_TINY = 1e-300


def exact_mcnemar(lost: int, gained: int) -> float:
    """Two-sided p-value of "both classifiers are equally accurate", from the images on which one is right, one wrong.

    Source: McNemar 1947 in its exact form; under the hypothesis `lost` is binomial with n = lost + gained, p = 1/2.

    Args:
        lost: images that the reference has right and the candidate wrong.
        gained: images that the candidate has right and the reference wrong.
    """
    discordant, fewer = lost + gained, min(lost, gained)
    if discordant == 0:
        return 1.0
    # In logarithms: 2 ** -n leaves the range of floats at n = 1075.
    log_total = discordant * math.log(2)
    tail = sum(math.exp(_log_choose(discordant, k) - log_total) for k in range(fewer + 1))
    return min(1.0, 2 * tail)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def wilson_interval(successes: float, n: float, *, confidence: float) -> tuple[float, float]:
    """Two-sided interval of a share. Source: Wilson 1927, the score interval."""
    z = _z(confidence)
    share, spread = successes / n, z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    # Rounding must not put the bound on the wrong side of a share of 0 or 1.
    return min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half))


def exact_upper_bound(cases: float, n: float, *, confidence: float) -> float:
    """The largest share of a population that `cases` among n images leave open, one-sided.

    Source: Clopper and Pearson 1934: the share at which no more than so many cases come up with a probability of
    alpha = 1 - confidence. Of none it is 1 - alpha ** (1 / n).

    Args:
        cases: images that are one; not whole where rates are carried over to more images.
        n: images.
        confidence: that the share is no larger.
    """
    if cases >= n:
        return 1.0
    if cases == 0:
        return float(-math.expm1(math.log1p(-confidence) / n))
    return _falling_root(lambda share: confidence - _beta_below(share, cases + 1, n - cases), cases / n, 1.0)


def _beta_below(x: float, a: float, b: float) -> float:
    """The probability that a beta-distributed number is below x: the regularised incomplete beta function.

    Source: NIST Digital Library of Mathematical Functions, 8.17.22, the continued fraction, by Lentz's method; with
    8.17.4 where it would converge slowly.
    """
    if x <= 0 or x >= 1:
        return min(1.0, max(0.0, x))
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_below(1 - x, b, a)
    log_front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    value, upper, lower = 1.0, 1.0, 0.0
    for step in range(_FRACTION_STEPS):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        lower = 1 / _not_zero(1 + term * lower)
        upper = _not_zero(1 + term / upper)
        value *= lower * upper
        if abs(1 - lower * upper) < _FRACTION_PRECISION:
            break
    return min(1.0, math.exp(log_front) * (value - 1) / a)


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def tango_interval(lost: float, gained: float, n: float, *, confidence: float) -> tuple[float, float]:
    """Two-sided interval of the drop in accuracy, (lost - gained) / n, in the population the images come from.

    Source: T. Tango, Equivalence test and confidence interval for the difference in proportions for the paired-sample
    design, Statistics in Medicine 17 (1998), 891-908: the score interval. It keeps its coverage with few or no
    discordant pairs, where the interval around the plain estimate shrinks to nothing.
    """
    z = _z(confidence)

    def score(drop: float) -> float:
        return _tango_score(drop, lost=lost, gained=gained, n=n)

    estimate = (lost - gained) / n
    low = _falling_root(lambda drop: score(drop) - z, -1.0, estimate)
    high = _falling_root(lambda drop: score(drop) + z, estimate, 1.0)
    return low, high


def _tango_score(drop: float, *, lost: float, gained: float, n: float) -> float:
    a = 2 * n
    b = -lost - gained + (2 * n - lost + gained) * drop
    c = -gained * drop * (1 - drop)
    # The share of gained images that is likeliest if the drop is as supposed.
    gained_share = (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
    variance = n * (2 * gained_share + drop * (1 - drop))
    difference = lost - gained - n * drop
    if variance <= 0:
        return math.copysign(math.inf, difference) if difference else 0.0
    return difference / math.sqrt(variance)


def _falling_root(function: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if function(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
