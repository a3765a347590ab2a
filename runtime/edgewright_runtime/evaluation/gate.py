"""The accuracy gate: pass, fail, or too few images to tell."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ..errors import EdgewrightError
from .statistics import exact_mcnemar, tango_interval, wilson_interval

PASS, FAIL, INCONCLUSIVE = "pass", "fail", "inconclusive"

MIN_IMAGES = 30
"""Fewer images than this decide nothing by agreeing: with 30, a model that fails one in ten agrees by luck in 4 %."""

_MOST_IMAGES = 10_000_000


@dataclass(frozen=True)
class Thresholds:
    """What a candidate may cost.

    Attributes:
        max_drop: largest acceptable drop in top-1 accuracy, 0 to 1.
        min_agreement: smallest acceptable share of images on which both models name the same label, 0 to 1.
        confidence: of the intervals that decide, 0 to 1.
    """

    max_drop: float = 0.01
    min_agreement: float = 0.95
    confidence: float = 0.95

    def __post_init__(self) -> None:
        for name, low, high in (("max_drop", 0, 1), ("min_agreement", 0, 1), ("confidence", 0.5, 0.9999)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise EdgewrightError(f"{name} must be from {low} to {high}, not {value}")


@dataclass(frozen=True)
class PairedCounts:
    """How two models answered the same images.

    Attributes:
        n: images.
        agreed: both models name the same label, right or wrong.
        lost: the reference is right, the candidate wrong.
        gained: the candidate is right, the reference wrong.
        identical: every probability of both models is the same: the models cannot be told apart.
    """

    n: int
    agreed: int
    lost: int
    gained: int
    identical: bool = False


@dataclass(frozen=True)
class Judgement:
    """The gate's answer, with what it rests on.

    Attributes:
        verdict: pass, fail or inconclusive.
        why: one sentence.
        n_needed: how many images in all would decide at the rates seen, if inconclusive; None if no number would.
        drop: of top-1 accuracy, reference minus candidate.
        drop_low: lower end of its interval (Tango's score interval for paired data).
        drop_high: upper end.
        agreement: share of images with the same label.
        agreement_low: lower end of its interval (Wilson).
        agreement_high: upper end.
        p_value: exact McNemar, two-sided.
    """

    verdict: str
    why: str
    n_needed: int | None
    drop: float
    drop_low: float
    drop_high: float
    agreement: float
    agreement_low: float
    agreement_high: float
    p_value: float


def judge(counts: PairedCounts, thresholds: Thresholds) -> Judgement:
    """The verdict on a candidate.

    Raises:
        EdgewrightError: there is no image to judge by.
    """
    if counts.n < 1:
        raise EdgewrightError("There is no test image to compare the models on")
    drop_low, drop_high = _drop_interval(counts, 1.0, thresholds)
    agreement_low, agreement_high = _agreement_interval(counts, 1.0, thresholds)
    verdict = _verdict(counts, 1.0, thresholds)
    needed = _images_needed(counts, thresholds) if verdict == INCONCLUSIVE else None
    drop, agreement = (counts.lost - counts.gained) / counts.n, counts.agreed / counts.n
    return Judgement(
        verdict=verdict,
        why=_why(counts, thresholds, verdict, needed),
        n_needed=needed,
        drop=drop,
        drop_low=drop_low,
        drop_high=drop_high,
        agreement=agreement,
        agreement_low=agreement_low,
        agreement_high=agreement_high,
        p_value=exact_mcnemar(counts.lost, counts.gained),
    )


def _drop_interval(counts: PairedCounts, factor: float, thresholds: Thresholds) -> tuple[float, float]:
    return tango_interval(
        counts.lost * factor, counts.gained * factor, counts.n * factor, confidence=thresholds.confidence
    )


def _agreement_interval(counts: PairedCounts, factor: float, thresholds: Thresholds) -> tuple[float, float]:
    return wilson_interval(counts.agreed * factor, counts.n * factor, confidence=thresholds.confidence)


def _verdict(counts: PairedCounts, factor: float, thresholds: Thresholds) -> str:
    """The verdict if there were `factor` times as many images with the same rates."""
    if counts.identical or (counts.agreed == counts.n and counts.n * factor >= MIN_IMAGES):
        return PASS
    drop_low, drop_high = _drop_interval(counts, factor, thresholds)
    agreement_low, agreement_high = _agreement_interval(counts, factor, thresholds)
    if drop_low > thresholds.max_drop or agreement_high < thresholds.min_agreement:
        return FAIL
    if drop_high <= thresholds.max_drop and agreement_low >= thresholds.min_agreement:
        return PASS
    return INCONCLUSIVE


def _images_needed(counts: PairedCounts, thresholds: Thresholds) -> int | None:
    """How many images in all would decide at the rates seen.

    What was seen can lie on the limit itself, where no number decides; then the number at which the interval of the
    drop is half as wide as the limit, so that a model on either side of it would be told. None above ten million.
    """

    def decided(factor: float) -> bool:
        return _verdict(counts, factor, thresholds) != INCONCLUSIVE

    def narrow(factor: float) -> bool:
        low, high = _drop_interval(counts, factor, thresholds)
        return high - low <= thresholds.max_drop / 2

    factor = _least_factor(decided, counts.n) or _least_factor(narrow, counts.n)
    return None if factor is None else math.ceil(counts.n * factor)


def _least_factor(holds: Callable[[float], bool], n: int) -> float | None:
    low, high = 1.0, 2.0
    while not holds(high):
        low, high = high, high * 2
        if n * high > _MOST_IMAGES:
            return None
    while (high - low) * n > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _why(counts: PairedCounts, thresholds: Thresholds, verdict: str, needed: int | None) -> str:
    n = counts.n
    if counts.identical:
        return f"both models give the same probabilities on all {n} images"
    if counts.agreed == n:
        few = f", but fewer than {MIN_IMAGES} images decide nothing" if verdict == INCONCLUSIVE else ""
        return f"both models name the same label on all {n} images{few}"
    drop_low, drop_high = _drop_interval(counts, 1.0, thresholds)
    agreement_low, agreement_high = _agreement_interval(counts, 1.0, thresholds)
    sentence = (
        f"at {thresholds.confidence:.0%} confidence on {n} images the drop lies between {_points(drop_low)} and "
        f"{_points(drop_high)} points ({_side(drop_low, drop_high, thresholds.max_drop)} the limit of "
        f"{_points(thresholds.max_drop)}), the agreement between {agreement_low:.1%} and {agreement_high:.1%} "
        f"({_side(agreement_low, agreement_high, thresholds.min_agreement)} the limit of "
        f"{thresholds.min_agreement:.1%})"
    )
    if verdict != INCONCLUSIVE:
        return sentence
    remedy = "too close to tell" if needed is None else f"about {needed - n} more test images would tell"
    return f"{sentence}; {remedy}"


def _side(low: float, high: float, limit: float) -> str:
    if high <= limit:
        return "below"
    return "above" if low >= limit else "on both sides of"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"
