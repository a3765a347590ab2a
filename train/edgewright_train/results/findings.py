"""What the figures of a training mean, and what to do next, in sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from edgewright_runtime.evaluation.statistics import wilson_interval
from edgewright_runtime.run.labels import class_names

from ..diagnosis.trained.curves import overfitting_gap
from ..fitting import Epoch
from .calibration import Reliability, Temperature
from .confused import ConfusedPair, confused_pairs
from .names import readable
from .scores import Scores

_WIDE = 0.10  # of an interval: two models that differ by as much could not be told apart
_MUCH_OF_MISTAKES, _MORE_THAN_EVEN, _FEW_MISTAKES = 0.25, 1.5, 3
_TRUSTED_ECE = 0.03
_SAID = 2


@dataclass(frozen=True)
class Evidence:
    """What advice is drawn from.

    Attributes:
        scores: of the splits `val` and `test`.
        labels: of the classes, in their order.
        train_images: of each class in the training split.
        epochs: the history of all phases.
        temperature: learned on the validation split.
        test_reliability: of the test split, as the model gives its probabilities.
        unripe: first epochs of the phase that trains all layers in which pruning was not done yet.
    """

    scores: Mapping[str, Scores]
    labels: Sequence[str]
    train_images: Sequence[int]
    epochs: Sequence[Epoch]
    temperature: Temperature
    test_reliability: Reliability
    unripe: int = 0

    @property
    def test(self) -> Scores:
        """Scores of the test split."""
        return self.scores["test"]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes, for people to read."""
        return tuple(readable(name) for name in class_names(self.labels))

    @property
    def pairs(self) -> tuple[ConfusedPair, ...]:
        """The classes that are taken for another most."""
        return confused_pairs(self.test.confusion_matrix, at_most=12)


def accuracy_sentence(scores: Scores) -> str:
    """How accurate the model is, and how surely that is known."""
    low, high = scores.accuracy_interval
    return (
        f"{percent(scores.accuracy)} of {scores.n} test images that it never saw are right. On other images of the "
        f"same kind, expect between {percent(low)} and {percent(high)} "
        f"({100 * scores.confidence:.0f}\N{NO-BREAK SPACE}% interval)."
    )


def calibration_sentence(evidence: Evidence) -> str:
    """Whether the model's probabilities can be taken at their word."""
    bins, after = evidence.test_reliability, evidence.test.after_temperature
    sure, right = evidence.test.accuracy + bins.overconfidence, evidence.test.accuracy
    said = f"On average it is {percent(sure)} sure of its answers, and right in {percent(right)}"
    if bins.ece <= _TRUSTED_ECE:
        return f"{said}: its probabilities can be taken at their word (calibration error {percent(bins.ece)})."
    points = f"{100 * abs(bins.overconfidence):.0f} points"
    # Bins may err both ways, so that the mean is right and the probabilities are not.
    kind = "too sure" if bins.overconfidence > 0.01 else "too modest" if bins.overconfidence < -0.01 else ""
    verdict = f"{said}: {kind} by {points}." if kind else f"{said}, but not where it says so."
    error = f" Its calibration error is {percent(bins.ece)}"
    if after is None or after.ece >= bins.ece:
        return f"{verdict}{error}."
    return f"{verdict}{error}; with a temperature of {evidence.temperature.value:.2f} it is {percent(after.ece)}."


def next_steps(evidence: Evidence) -> tuple[str, ...]:
    """The one or two things to do that promise most."""
    said = [step for rule in _RULES if (step := rule(evidence)) is not None]
    return tuple(said[:_SAID]) or (
        "Nothing in these figures asks for more training: convert the model and measure it on the device.",
    )


def percent(share: float) -> str:
    """The share in percent; the space before the sign does not break a line."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def _confused_pair(evidence: Evidence) -> str | None:
    matrix, names = evidence.test.confusion_matrix, evidence.names
    mistakes = evidence.test.n - sum(matrix[place][place] for place in range(len(matrix)))
    both: dict[tuple[int, int], int] = {}
    for pair in confused_pairs(matrix, at_most=len(matrix) ** 2):
        key = (min(pair.true, pair.predicted), max(pair.true, pair.predicted))
        both[key] = both.get(key, 0) + pair.count
    if not both:
        return None
    (one, two), count = max(both.items(), key=lambda item: item[1])
    # Of three classes each pair makes a third of the mistakes where none stands out.
    even = 2 / (len(matrix) * (len(matrix) - 1))
    if count < max(_FEW_MISTAKES, _MUCH_OF_MISTAKES * mistakes, _MORE_THAN_EVEN * even * mistakes):
        return None
    return (
        f"{names[one]} and {names[two]} make {count} of the {mistakes} mistakes: look at them below. Where the label "
        f"is wrong, mend it; else add photographs that show how the two differ."
    )


def _weak_class(evidence: Evidence) -> str | None:
    test = evidence.test
    # Of a hundred classes a few are bad by chance: the interval is that much wider (Bonferroni).
    confidence = 1 - (1 - test.confidence) / len(evidence.labels)
    weak = [
        (each.recall, place)
        for place, each in enumerate(test.per_class.values())
        if each.recall is not None and _highest(each.recall, each.support, confidence) < test.accuracy
    ]
    if not weak:
        return None
    recall, place = min(weak)
    usual = sum(evidence.train_images) / len(evidence.train_images)
    own = evidence.train_images[place]
    fewer = f", where classes have {usual:.0f} on average" if own < 0.8 * usual else ""
    return (
        f"Only {percent(recall)} of {evidence.names[place]} is found, too little for chance: it has {own} training "
        f"images{fewer}. Add photographs of it, taken as they will be in use."
    )


def _highest(recall: float, support: int, confidence: float) -> float:
    return wilson_interval(round(recall * support), support, confidence=confidence)[1]


def _few_test_images(evidence: Evidence) -> str | None:
    low, high = evidence.test.accuracy_interval
    if high - low <= _WIDE:
        return None
    accuracy = min(max(evidence.test.accuracy, 0.5), 0.99)
    needed = math.ceil(accuracy * (1 - accuracy) * (2 * 1.96 / _WIDE) ** 2)
    return (
        f"{evidence.test.n} test images leave the accuracy open by {100 * (high - low):.0f} points; with about "
        f"{max(needed, 2 * evidence.test.n)} it could be told whether a change helps."
    )


def _overfitted(evidence: Evidence) -> str | None:
    gap = overfitting_gap(evidence.epochs, evidence.scores["val"].n)  # as the doctor measures it
    if gap is None:
        return None
    best = gap.epoch
    return (
        f"It is right on {percent(best.accuracy)} of the training images and {percent(best.val_accuracy)} of others: "
        f"it knows its photographs by heart. More of them, or stronger augmentation and dropout, help; "
        f"more epochs do not."
    )


def _miscalibrated(evidence: Evidence) -> str | None:
    before, after = evidence.test.before_temperature, evidence.test.after_temperature
    if after is None or before.ece <= _TRUSTED_ECE or after.ece >= before.ece:
        return None
    return (
        f"Where a probability is shown or compared with a threshold, apply the temperature "
        f"{evidence.temperature.value:.2f} of temperature.json first; the labels stay the same."
    )


_RULES: tuple[Callable[[Evidence], str | None], ...] = (
    _few_test_images,
    _confused_pair,
    _weak_class,
    _overfitted,
    _miscalibrated,
)
"""What promises most first."""
