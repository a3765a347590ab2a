"""The accuracy gate: pass, fail, or too few images to tell."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..errors import EdgewrightError
from .statistics import exact_mcnemar, exact_upper_bound_of_none, tango_interval, wilson_interval

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
        lost: the reference is right, the candidate wrong.
        gained: the candidate is right, the reference wrong.
    """

    n: int
    agreed: int
    lost: int
    gained: int


@dataclass(frozen=True)
class Decision:
    """The gate's decision, with what it rests on.

    Attributes:
        verdict: pass, fail or inconclusive.
        why: one sentence.
        beyond: whether what was measured is already beyond a limit, whatever the intervals leave open.
        n_needed: how many images in all would decide at the rates seen, if inconclusive; None if no number would.
        drop: of top-1 accuracy, reference minus candidate.
        drop_low: lower end of its interval (see `drop_interval`).
        drop_high: upper end.
        agreement: share of images with the same label.
        agreement_low: lower end of its interval (see `agreement_interval`).
        agreement_high: upper end.
        p_value: exact McNemar, two-sided.
    """

    verdict: Verdict
    why: str
    beyond: bool
    n_needed: int | None
    drop: float
    drop_low: float
    drop_high: float
    agreement: float
    agreement_low: float
    agreement_high: float
    p_value: float

    def blocks(self, *, strict: bool) -> bool:
        """Whether the candidate must not ship, which is what status 1 says.

        That is so if it failed, and if it is inconclusive and already beyond a limit; `strict` asks for a pass.
        """
        return self.verdict == "fail" or (self.verdict == "inconclusive" and (strict or self.beyond))


def decide(counts: PairedCounts, thresholds: Thresholds) -> Decision:
    """The decision on a candidate.

    Raises:
        EdgewrightError: there is no image to compare on.
    """
    if counts.n < 1:
        raise EdgewrightError("There is no test image to compare the models on")
    drop_low, drop_high = drop_interval(counts, 1.0, thresholds)
    agreement_low, agreement_high = agreement_interval(counts, 1.0, thresholds)
    verdict = _verdict(counts, 1.0, thresholds)
    needed = _images_needed(counts, thresholds) if verdict == "inconclusive" else None
    drop, agreement = (counts.lost - counts.gained) / counts.n, counts.agreed / counts.n
    return Decision(
        verdict=verdict,
        why=_why(counts, thresholds, verdict, needed),
        beyond=drop > thresholds.max_drop or agreement < thresholds.min_agreement,
        n_needed=needed,
        drop=drop,
        drop_low=drop_low,
        drop_high=drop_high,
        agreement=agreement,
        agreement_low=agreement_low,
        agreement_high=agreement_high,
        p_value=exact_mcnemar(counts.lost, counts.gained),
    )


def drop_interval(counts: PairedCounts, factor: float, thresholds: Thresholds) -> tuple[float, float]:
    """The interval of the drop if there were `factor` times as many images with the same rates.

    Tango's score interval for paired data. Where the models name the same label on every image it would rest on an
    approximation at its weakest; there the exact bound of the share on which they may differ bounds the drop, either
    way: no accuracy can change by more than the labels do.
    """
    if counts.agreed == counts.n:
        bound = exact_upper_bound_of_none(counts.n * factor, confidence=thresholds.confidence)
        return -bound, bound
    return tango_interval(
        counts.lost * factor, counts.gained * factor, counts.n * factor, confidence=thresholds.confidence
    )


def agreement_interval(counts: PairedCounts, factor: float, thresholds: Thresholds) -> tuple[float, float]:
    """The interval of the agreement: Wilson's score interval, or the exact bound where no label differs."""
    if counts.agreed == counts.n:
        return 1 - exact_upper_bound_of_none(counts.n * factor, confidence=thresholds.confidence), 1.0
    return wilson_interval(counts.agreed * factor, counts.n * factor, confidence=thresholds.confidence)


def _verdict(counts: PairedCounts, factor: float, thresholds: Thresholds) -> Verdict:
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
        return _verdict(counts, factor, thresholds) != "inconclusive"

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
    sentence = (
        f"{same}at {thresholds.confidence:.0%} confidence on {n} images the drop lies between {_points(drop_low)} and "
        f"{_points(drop_high)} points ({_side(drop_low, drop_high, thresholds.max_drop)} the limit of "
        f"{_points(thresholds.max_drop)}), the agreement between {agreement_low:.1%} and {agreement_high:.1%} "
        f"({_side(agreement_low, agreement_high, thresholds.min_agreement)} the limit of "
        f"{thresholds.min_agreement:.1%})"
    )
    if verdict != "inconclusive":
        return sentence
    remedy = "too close to tell" if needed is None else f"about {needed - n} more test images would tell"
    return f"{sentence}{_beyond(counts, thresholds)}; {remedy}"


def _beyond(counts: PairedCounts, thresholds: Thresholds) -> str:
    """What was measured beyond a limit, to read on from what the intervals leave open."""
    drop, agreement = (counts.lost - counts.gained) / counts.n, counts.agreed / counts.n
    parts = [f"a drop of {_points(drop)} points"] if drop > thresholds.max_drop else []
    parts += [f"an agreement of {agreement:.1%}"] if agreement < thresholds.min_agreement else []
    return f"; what was measured, {' and '.join(parts)}, is beyond the limit already" if parts else ""


def _side(low: float, high: float, limit: float) -> str:
    if high <= limit:
        return "below"
    return "above" if low >= limit else "on both sides of"


def _points(share: float) -> str:
    return f"{100 * share:.2f}"
