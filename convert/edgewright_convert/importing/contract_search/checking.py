"""Whether a contract that was declared holds, on a few labelled photographs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from .bare_model import BareModel
from .candidates import Candidate, Known, values_to_try
from .label_order import other_orders
from .paired import more_often_right
from .trial import Photographs, Score, Trial
from .verdict import described, means_the_same

CHECKED = 60
"""Photographs; what goes wrong goes wrong on most of them."""

_BEYOND_DOUBT = 0.95
"""Accuracy from which no other contract could be told to be better."""


def doubts_about(
    model: BareModel,
    photographs: Photographs,
    candidate: Candidate,
    labels: Sequence[str],
    *,
    searched: bool = False,
    on_step: Callable[[str], None] = lambda _: None,
) -> tuple[str, ...]:
    """What speaks against the contract, a sentence each; none where the photographs have no labels.

    Args:
        model: as it is.
        photographs: of which the first few are used.
        candidate: the contract.
        labels: one for each output.
        searched: whether it was found by a search, so that no other values need be tried.
        on_step: told what is tried.

    Raises:
        EdgewrightError: a photograph cannot be read.
    """
    shown = photographs.first(CHECKED)
    if shown.truth is None:
        return ()
    trial, images = Trial(model, shown, on_step=on_step), len(shown.paths)
    (mine,) = trial.scores(candidate.values, candidate.geometry, [candidate.label_offset], images=images)
    if (mine.accuracy or 0.0) >= _BEYOND_DOUBT:
        return ()
    found = [
        _near_chance(mine, len(labels), searched=searched),
        None if searched else _better_values(model, trial, mine),
        _better_order(trial, mine, labels),
    ]
    return tuple(sentence for sentence in found if sentence)


def _near_chance(mine: Score, labels: int, *, searched: bool) -> str | None:
    low, high = mine.interval or (0.0, 1.0)
    if low > 1 / labels:
        return None
    remedy = (
        "are they those that it was trained with, in that order?"
        if searched
        else ("--find-contract tries what it may want.")
    )
    return (
        f"The model is right for {mine.accuracy:.1%} of {mine.images} photographs (95 % interval {low:.1%} to "
        f"{high:.1%}), which is no better than guessing among {labels} labels; {remedy}"
    )


def _better_values(model: BareModel, trial: Trial, mine: Score) -> str | None:
    others = [
        score
        for values in values_to_try(model.input, model.shape, Known())
        for score in trial.scores(values, mine.candidate.geometry, [mine.candidate.label_offset], images=mine.images)
        if not means_the_same(score.candidate, mine.candidate)
    ]
    better = _most_often_right(others, mine)
    if better is None:
        return None
    return (
        f"With {described(better.candidate)} the model is right for {better.accuracy:.1%} of {mine.images} "
        f"photographs, and for {mine.accuracy:.1%} as it is imported; is that what it was trained with?"
    )


def _better_order(trial: Trial, mine: Score, labels: Sequence[str]) -> str | None:
    truth = trial.photographs.truth
    if truth is None:
        return None
    offset = mine.candidate.label_offset
    tried = {says: replace(mine, right=right) for says, right in other_orders(mine.said, truth + offset, labels)}
    better = _most_often_right(tried.values(), mine)
    if better is None:
        return None
    says = next(says for says, score in tried.items() if score is better)
    return (
        f"With the labels {says} the model is right for {better.accuracy:.1%} of {mine.images} photographs, and for "
        f"{mine.accuracy:.1%} as they are: the list may not be in the order of its outputs."
    )


def _most_often_right(scores: Iterable[Score], mine: Score) -> Score | None:
    """Of those that are right more often than mine, beyond chance."""
    better = (score for score in scores if more_often_right(score, mine))
    return max(better, key=lambda score: score.accuracy or 0.0, default=None)
