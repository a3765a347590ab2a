"""How sure the search may be of what it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from edgewright_runtime.preprocessing.normalisations import NORMALISATIONS, DeclaredNormalisation

from .candidates import Candidate, Values
from .paired import beats, more_often_right
from .trial import Score

_SAME_LEVELS = 2.0
"""Two normalisations that never differ by more grey levels than this are one to a network: (v - 127) / 128 is
`minus-one-to-one`."""


def best_first(scores: Sequence[Score]) -> tuple[Score, ...]:
    """By rank; but before all of better rank comes one that is right more often, beyond chance.

    A range of values that has a name comes before one that has none and cannot be told from it: few models want those.
    """
    ranked = sorted(scores, key=lambda score: score.rank, reverse=True)
    if not ranked:
        return ()
    best = ranked[0]
    for other in ranked[1:]:
        best = other if more_often_right(other, best) else best
    usual = best if _has_name(best) else next((score for score in ranked if _has_name(score)), best)
    best = best if beats(best, usual) else usual
    return (best, *(score for score in ranked if score is not best))


def _has_name(score: Score) -> bool:
    return score.candidate.values.normalisation.name in NORMALISATIONS


def is_sure(scores: Sequence[Score]) -> bool:
    """Whether the first can be told from every other that means something else by the pixels or the labels."""
    best = scores[0]
    if best.right is None:
        return False
    others = (other for other in scores[1:] if not means_the_same(best.candidate, other.candidate))
    return all(beats(_resized_as(other, best, scores), other) for other in others)


def _resized_as(other: Score, best: Score, scores: Sequence[Score]) -> Score:
    """The best under the other's way of resizing, where that was tried: this must not decide between values."""
    wanted = replace(best.candidate, geometry=other.candidate.geometry)
    return next((score for score in scores if score.candidate == wanted), best)


def open_questions(scores: Sequence[Score]) -> tuple[str, ...]:
    """What the photographs did not settle, a sentence each."""
    best = scores[0]
    if best.right is None:
        return (
            "The photographs have no labels, so that how sure its answers are is all that a contract was judged by.",
        )
    sentences = []
    others = (score for score in scores[1:] if not means_the_same(best.candidate, score.candidate))
    pairs = ((_resized_as(other, best, scores), other) for other in others)
    mine, other = next((pair for pair in pairs if not beats(*pair)), (best, None))
    if other is not None:
        sentences.append(
            f"{described(other.candidate)} cannot be told from it on these photographs ({_percent(other)} against "
            f"{_percent(mine)}); more of them would tell."
        )
    alike = (
        score for score in scores[1:] if means_the_same(best.candidate, score.candidate) and not beats(best, score)
    )
    resized = max(alike, key=lambda score: score.accuracy or 0.0, default=None)
    if resized is not None and resized.candidate.geometry != best.candidate.geometry:
        sentences.append(
            f"These photographs do not settle how they are resized: {_resized(resized.candidate)} gives "
            f"{_percent(resized)}, and {_resized(best.candidate)} {_percent(best)}."
        )
    return tuple(sentences)


def described(candidate: Candidate) -> str:
    """The candidate in the words of the options that ask for it."""
    values = candidate.values
    offset = f" --label-offset {candidate.label_offset}" if candidate.label_offset else ""
    order = f" --channel-order {values.channel_order}" if values.channel_order != "RGB" else ""
    return f"--normalisation {values.normalisation.name}{order}{offset}"


def _resized(candidate: Candidate) -> str:
    geometry = candidate.geometry
    share = f" of {geometry.crop_fraction:g}" if geometry.crop_fraction != 1 else ""
    return f"{geometry.resize_method}{share} ({geometry.interpolation})"


def _percent(score: Score) -> str:
    return f"{score.accuracy or 0:.1%} right"


def new_values(values: Sequence[Values], scores: Sequence[Score]) -> tuple[Values, ...]:
    """Those that mean something else than all that were tried already."""
    tried = [score.candidate for score in scores]
    return tuple(
        each
        for each in values
        if not any(means_the_same(Candidate(each, one.geometry, one.label_offset), one) for one in tried)
    )


def means_the_same(one: Candidate, other: Candidate) -> bool:
    """Whether the two differ, if at all, by what a network does not notice, or by how photographs are resized."""
    return (
        one.label_offset == other.label_offset
        and one.values.channel_order == other.values.channel_order
        and _levels_apart(one.values.normalisation, other.values.normalisation) <= _SAME_LEVELS
    )


def _levels_apart(one: DeclaredNormalisation, other: DeclaredNormalisation) -> float:
    """The greatest difference of what the two make of a pixel, in grey levels of the first."""
    ends = np.array([[0.0], [255.0]])
    made = [ends * np.asarray(row.scale) + np.asarray(row.offset) for row in (one, other)]
    return float((np.abs(made[0] - made[1]) / np.abs(np.asarray(one.scale))).max())
