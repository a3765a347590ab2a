"""What the history of a training gives away."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from edgewright_runtime.evaluation.statistics import wilson_interval

from ...fitting import Epoch
from ..finding import ERROR, WARNING, Finding
from .seen import TrainingSeen

_GAP = 0.15
"""Of training accuracy and what chance leaves of the validation accuracy."""

_BOTH_LOW = 0.5
"""Share of the way from chance to 1 that neither accuracy reaches."""

_ABOVE_CHANCE, _WORSE = 2.0, 2.0
_SLOW_RATE_LOSS = 0.98


@dataclass(frozen=True)
class Gap:
    """A training accuracy far above the validation accuracy.

    Attributes:
        epoch: the one with the lowest validation loss.
        highest: upper end of the validation accuracy's interval.
    """

    epoch: Epoch
    highest: float


def overfitting_gap(epochs: Sequence[Epoch], validation_images: int) -> Gap | None:
    """The gap at the best epoch; None where it is small, or chance may have made it."""
    best = min(epochs, key=lambda epoch: epoch.val_loss, default=None)
    if best is None or not validation_images:
        return None
    right = min(round(best.val_accuracy * validation_images), validation_images)
    high = wilson_interval(right, validation_images, confidence=0.95)[1]
    return Gap(best, high) if best.accuracy - high > _GAP else None


def overfitting(seen: TrainingSeen) -> Iterator[Finding]:
    """A network that knows its training images by heart."""
    gap = overfitting_gap(seen.epochs, len(seen.held_out["val"].classes))
    if gap is None:
        return
    yield Finding(
        "overfitting",
        WARNING,
        "The network knows its training images by heart.",
        f"It is right on {gap.epoch.accuracy:.1%} of {seen.train_images} training images and on "
        f"{gap.epoch.val_accuracy:.1%} of {len(seen.held_out['val'].classes)} validation images (at most "
        f"{gap.highest:.1%} by chance).",
        "Add images, or more augmentation, a larger dropout in [head] or weight_decay in [optimizer]; more epochs do "
        "not "
        "help.",
    )


def underfitting(seen: TrainingSeen) -> Iterator[Finding]:
    """A network that has not learned its training images either."""
    best = max(seen.epochs, key=lambda epoch: epoch.val_accuracy, default=None)
    if best is None:
        return
    chance = 1 / len(seen.names)
    enough = chance + _BOTH_LOW * (1 - chance)
    if best.accuracy >= enough or best.val_accuracy >= enough:
        return
    last = seen.of_phase(seen.epochs[-1].phase)
    falling = len(last) < 2 or last[-1].loss < _SLOW_RATE_LOSS * last[-2].loss
    hint = (
        "The loss was still falling at the end: give it more --epochs"
        if falling
        else "Give it a larger backbone or size"
    )
    yield Finding(
        "underfitting",
        WARNING,
        "The network has not learned the training images either.",
        f"At its best epoch it is right on {best.accuracy:.1%} of the training and {best.val_accuracy:.1%} of the "
        f"validation images; chance is {chance:.1%}, and the last training loss {last[-1].loss:.3g}.",
        f"{hint}, or another learning_rate (edgewright doctor tries some); look at the labels too.",
    )


def learning_rate_by_history(seen: TrainingSeen) -> Iterator[Finding]:
    """Phases whose losses stay above what guessing costs, or that undo what came before."""
    chance = math.log(len(seen.names))
    # The penalty is part of the loss, and says nothing about the rate.
    allowed = _ABOVE_CHANCE * chance + (2.0 if seen.recipe.head.l2 else 0.0)
    for phase in dict.fromkeys(epoch.phase for epoch in seen.epochs):
        history = [epoch for epoch in seen.of_phase(phase) if epoch.learning_rate > 0]
        if not history:
            continue
        usual = median(epoch.loss for epoch in history)
        before = [epoch for epoch in seen.epochs if epoch.phase == "head"]
        undone = (
            phase == "fine_tune" and before and usual > max(0.75 * chance, _WORSE * min(each.loss for each in before))
        )
        if usual > allowed or undone:
            yield _too_high(phase, history, usual, chance, before if undone else [])


def _too_high(phase: str, history: Sequence[Epoch], usual: float, chance: float, before: Sequence[Epoch]) -> Finding:
    rate = max(epoch.learning_rate for epoch in history)
    came = f", and {min(each.loss for each in before):.3g} before it" if before else ""
    table = f"{phase}_phase" if phase == "head" else phase
    return Finding(
        "learning_rate_too_high",
        ERROR,
        f"The learning rate of {phase} is too high: its steps undo what they have learned.",
        f"At rates up to {rate:.3g} the middle training loss of its {len(history)} epochs is {usual:.3g}{came}; "
        "guessing "
        f"costs {chance:.3g}.",
        f"Set learning_rate in the recipe's [{table}] to a tenth, or to what edgewright doctor suggests.",
    )


def diverged(message: str) -> Iterator[Finding]:
    """A training that ended because its loss was no number, or grew without bound."""
    yield Finding(
        "diverged",
        ERROR,
        "The training diverged, and no model was written.",
        f"{message.split(';', maxsplit=1)[0].rstrip('.')}.",
        "Lower the phase's learning_rate in the recipe to a tenth, or give it warmup_epochs; edgewright doctor tries "
        "rates and suggests one.",
    )
    yield Finding(
        "learning_rate_too_high",
        ERROR,
        "The learning rate is too high for this training, which diverged.",
        f"{message.split(';', maxsplit=1)[0].rstrip('.')}.",
        "Lower the phase's learning_rate in the recipe to a tenth, or give it warmup_epochs.",
    )
