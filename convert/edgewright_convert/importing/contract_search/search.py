"""The search: first what becomes of pixels, then how photographs are resized."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from edgewright_runtime.errors import EdgewrightError

from .bare_model import BareModel
from .candidates import (
    GEOMETRIES,
    Candidate,
    Geometry,
    Known,
    Values,
    offsets_to_try,
    values_beside,
    values_to_try,
)
from .mismatch import labels_mean_nothing
from .trial import Photographs, Score, Trial
from .verdict import best_first, is_sure, new_values, open_questions

FIRST_LOOK = 60
"""Photographs on which every range of values is tried; only the best are tried on all."""

_FINALISTS = 4

_LABELS_IN_DOUBT = (
    "Under no contract is the model right more than now and then, though its answers are clear: the labels stand in "
    "another order, or are another model's. How sure its answers are is all that a contract was judged by."
)


@dataclass(frozen=True)
class Found:
    """What the search came to.

    Attributes:
        scores: of all that was tried, the best first; each contract once, on as many photographs as it was tried on.
        sure: whether range of values, channel order and label offset can be told from all others.
        doubts: what could not be told apart, a sentence each.
    """

    scores: tuple[Score, ...]
    sure: bool
    doubts: tuple[str, ...]

    @property
    def best(self) -> Score:
        """The contract that was found."""
        return self.scores[0]


def search(
    model: BareModel,
    photographs: Photographs,
    *,
    labels: int,
    known: Known | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> Found:
    """The contract under which the model does best.

    Args:
        model: as it is.
        photographs: labelled or not; a few hundred are enough. Labels that have nothing to do with what the model says
            are left alone: no score has any then.
        labels: how many there are.
        known: what need not be tried.
        on_step: told what is tried next.

    Raises:
        EdgewrightError: no contract fits the model's input, or a photograph cannot be read.
    """
    known = known or Known()
    trial, everything = Trial(model, photographs, on_step=on_step), len(photographs.paths)
    offsets = offsets_to_try(model.outputs, labels, known)
    geometry = known.geometry or GEOMETRIES[0]
    tried = _try_values(model, trial, known, geometry, offsets, min(FIRST_LOOK, everything))
    if labels_mean_nothing(tried, labels):
        found = search(model, photographs.without_labels(), labels=labels, known=known, on_step=on_step)
        return replace(found, doubts=(_LABELS_IN_DOUBT,))
    finalists = tuple(dict.fromkeys(score.candidate.values for score in tried[:_FINALISTS]))
    final = _try_all(trial, finalists, geometry, offsets, everything)
    if known.normalisation is None and photographs.truth is not None:
        beside = new_values(values_beside(model.input, model.shape, final[0].candidate.values), final)
        final = best_first((*final, *_try_all(trial, beside, geometry, offsets, everything)))
    final = best_first((*final, *_try_geometries(trial, final[0].candidate, known, everything)))
    return _found(final, tried)


def _found(final: Sequence[Score], tried: Sequence[Score]) -> Found:
    """With what only a few photographs were spent on behind the best."""
    seen = {score.candidate for score in final}
    rest = [*final[1:], *(score for score in tried if score.candidate not in seen)]
    scores = (final[0], *sorted(rest, key=lambda score: score.rank, reverse=True))
    return Found(scores, is_sure(scores), open_questions(scores))


def _try_values(
    model: BareModel, trial: Trial, known: Known, geometry: Geometry, offsets: Sequence[int], images: int
) -> tuple[Score, ...]:
    candidates = values_to_try(model.input, model.shape, known)
    if not candidates:
        raise EdgewrightError(
            f"{model.path} takes values that none of the known normalisations gives; say which it wants with "
            f"--normalisation SCALE,OFFSET"
        )
    return _try_all(trial, candidates, geometry, offsets, images)


def _try_all(
    trial: Trial, candidates: Sequence[Values], geometry: Geometry, offsets: Sequence[int], images: int
) -> tuple[Score, ...]:
    """The best first."""
    return best_first(
        [score for values in candidates for score in trial.scores(values, geometry, offsets, images=images)]
    )


def _try_geometries(trial: Trial, best: Candidate, known: Known, images: int) -> list[Score]:
    """The other ways of resizing, under the best of all else."""
    if known.geometry is not None:
        return []
    others = [geometry for geometry in GEOMETRIES if geometry != best.geometry]
    return [
        score
        for geometry in others
        for score in trial.scores(best.values, geometry, [best.label_offset], images=images)
    ]
