"""The accuracy gate: pass, fail, or too few images to tell."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..errors import EdgewrightError
from .statistics import exact_mcnemar, exact_upper_bound, tango_interval, wilson_interval

Verdict = Literal["pass", "fail", "inconclusive"]

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
    """What two models make of the same images.

    Attributes:
        n: images.
        agreed: both models name the same label, right or wrong.
        lost: the reference is right, the candidate wrong; None where the images have no labels.
        gained: the candidate is right, the reference wrong; likewise.
    """

    n: int
    agreed: int
    lost: int | None = None
    gained: int | None = None

    @property
    def drop(self) -> float | None:
        """Of accuracy, reference minus candidate; None where the images have no labels."""
        return None if self.lost is None or self.gained is None else (self.lost - self.gained) / self.n

    @property
    def agreement(self) -> float:
        """Share of images with the same label."""
        return self.agreed / self.n


@dataclass(frozen=True)
class Decision:
    """The gate's decision, with what it rests on.

    Attributes:
        verdict: pass, fail or inconclusive.
        why: one sentence.
        beyond: whether what was measured is already beyond a limit, whatever the intervals leave open.
        n_needed: how many images in all would decide at the rates seen, if inconclusive; None if no number would.
        drop: of top-1 accuracy, reference minus candidate; None where the images have no labels.
        drop_low: lower end of its interval (see `drop_interval`).
        drop_high: upper end.
        agreement: share of images with the same label.
        agreement_low: lower end of its interval (see `agreement_interval`).
        agreement_high: upper end.
        p_value: exact McNemar, two-sided; None where the images have no labels.
    """

    verdict: Verdict
    why: str
    beyond: bool
    n_needed: int | None
    drop: float | None
    drop_low: float
    drop_high: float
    agreement: float
    agreement_low: float
    agreement_high: float
    p_value: float | None


def decide(counts: PairedCounts, thresholds: Thresholds) -> Decision:
    """The decision on a candidate.

    Raises:
        EdgewrightError: there is no image to compare on.
    """
    if counts.n < 1:
        raise EdgewrightError("There is no test image to compare the models on")
    drop_low, drop_high = drop_interval(counts, 1.0, thresholds)
    agreement_low, agreement_high = agreement_interval(counts, 1.0, thresholds)
    verdict = verdict_at(counts, 1.0, thresholds)
    needed = _images_needed(counts, thresholds) if verdict == "inconclusive" else None
    return Decision(
        verdict=verdict,
        why=_why(counts, thresholds, verdict, needed),
        beyond=bool(_measured_beyond(counts, thresholds)),
        n_needed=needed,
        drop=counts.drop,
        drop_low=drop_low,
        drop_high=drop_high,
        agreement=counts.agreement,
        agreement_low=agreement_low,
        agreement_high=agreement_high,
        p_value=None if counts.lost is None or counts.gained is None else exact_mcnemar(counts.lost, counts.gained),
    )


def drop_interval(counts: PairedCounts, factor: float, thresholds: Thresholds) -> tuple[float, float]:
    """The interval of the drop if there were `factor` times as many images with the same rates.

    No accuracy can change by more than the labels do, so the exact bound of the share of images on which they differ
    bounds the drop, either way. It is taken where images have no labels, and where the models name the same label on
    every one: there Tango's score interval for paired data, taken elsewhere, is an approximation at its weakest. Never
    the narrower of the two: two chances of 5 % to be wrong are more than 5 %.
    """
    if counts.agreed == counts.n or counts.lost is None or counts.gained is None:
        differing = (counts.n - counts.agreed) * factor
        bound = exact_upper_bound(differing, counts.n * factor, confidence=thresholds.confidence)
        return -bound, bound
    return tango_interval(
        counts.lost * factor, counts.gained * factor, counts.n * factor, confidence=thresholds.confidence
    )


def agreement_interval(counts: PairedCounts, factor: float, thresholds: Thresholds) -> tuple[float, float]:
    """The interval of the agreement: Wilson's score interval, or the exact bound where no label differs."""
    if counts.agreed == counts.n:
        return 1 - exact_upper_bound(0, counts.n * factor, confidence=thresholds.confidence), 1.0
    return wilson_interval(counts.agreed * factor, counts.n * factor, confidence=thresholds.confidence)


def verdict_at(counts: PairedCounts, factor: float, thresholds: Thresholds) -> Verdict:
    """The verdict if there were `factor` times as many images with the same rates."""
    drop_low, drop_high = drop_interval(counts, factor, thresholds)
    agreement_low, agreement_high = agreement_interval(counts, factor, thresholds)
    if drop_low > thresholds.max_drop or agreement_high < thresholds.min_agreement:
        return "fail"
    if drop_high <= thresholds.max_drop and agreement_low >= thresholds.min_agreement:
        return "pass"
    return "inconclusive"


def _images_needed(counts: PairedCounts, thresholds: Thresholds) -> int | None:
    """How many images in all would decide at the rates seen.

    What was seen can lie on the limit itself, where no number decides; then the number at which the interval of the
    drop is half as wide as the limit, so that a model on either side of it would be told. None above ten million.
    """

    def decided(factor: float) -> bool:
        return verdict_at(counts, factor, thresholds) != "inconclusive"

    def narrow(factor: float) -> bool:
        low, high = drop_interval(counts, factor, thresholds)
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


def _why(counts: PairedCounts, thresholds: Thresholds, verdict: Verdict, needed: int | None) -> str:
    n = counts.n
    drop_low, drop_high = drop_interval(counts, 1.0, thresholds)
    agreement_low, agreement_high = agreement_interval(counts, 1.0, thresholds)
    same = f"both models name the same label on all {n} images, and " if counts.agreed == n else ""
    images = "images without labels" if counts.drop is None else "images"
    sentence = (
        f"{same}at {thresholds.confidence:.0%} confidence on {n} {images} the drop lies between {_points(drop_low)} "
        f"and {_points(drop_high)} points ({_side(drop_low, drop_high, thresholds.max_drop)} the limit of "
        f"{_points(thresholds.max_drop)}), the agreement between {agreement_low:.1%} and {agreement_high:.1%} "
        f"({_side(agreement_low, agreement_high, thresholds.min_agreement)} the limit of "
        f"{thresholds.min_agreement:.1%})"
    )
    if verdict != "inconclusive":
        return sentence
    remedy = "too close to tell" if needed is None else f"about {needed - n} more test images would tell"
    if counts.drop is None and 1 - counts.agreement > thresholds.max_drop:
        remedy = "more labels differ than accuracy may drop, so only labelled images would tell"
    beyond = " and ".join(_measured_beyond(counts, thresholds))
    already = f"; what was measured, {beyond}, is beyond the limit already" if beyond else ""
    return f"{sentence}{already}; {remedy}"


def _measured_beyond(counts: PairedCounts, thresholds: Thresholds) -> list[str]:
    """What was measured beyond its limit, whatever the intervals leave open."""
    drop, agreement = counts.drop, counts.agreement
    found = [f"a drop of {_points(drop)} points"] if drop is not None and drop > thresholds.max_drop else []
    return found + ([f"an agreement of {agreement:.1%}"] if agreement < thresholds.min_agreement else [])


def _side(low: float, high: float, limit: float) -> str:
    if high <= limit:
        return "below"
    return "above" if low >= limit else "on both sides of"


def _points(share: float) -> str:
    return f"{100 * share:.2f}"
