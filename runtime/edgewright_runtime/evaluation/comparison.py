"""Two models' outputs on the same images, image by image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..run.labels import class_names
from .gate import Decision, PairedCounts, Thresholds, decide

CALIBRATION_BINS = 15
WORST_SHOWN = 10


@dataclass(frozen=True)
class ClassComparison:
    """One class: its images, and how many of them each model has right (0 to 1)."""

    label: str
    n: int
    reference_top1: float
    top1: float
    drop: float


@dataclass(frozen=True)
class Disagreement:
    """An image that the two models name differently, with the probability each gives its own label.

    `label` is the right one; None where the images have none.
    """

    path: str
    label: str | None
    reference: str
    reference_probability: float
    candidate: str
    candidate_probability: float


@dataclass(frozen=True)
class Comparison:
    """A candidate against the reference on n images.

    Attributes:
        n: images.
        top1: the candidate's accuracy, 0 to 1; None where the images have no labels.
        reference_top1: the reference's; likewise.
        decision: drop, agreement and verdict.
        largest_probability_difference: over all images and classes.
        mean_probability_difference: over all images and classes.
        calibration_error: the candidate's expected calibration error (15 equal bins), 0 to 1; None without labels.
        reference_calibration_error: the reference's; likewise.
        per_class: in class order; empty without labels.
        disagreements: the images on which the labels differ, most certain first, at most 10.
    """

    n: int
    top1: float | None
    reference_top1: float | None
    decision: Decision
    largest_probability_difference: float
    mean_probability_difference: float
    calibration_error: float | None
    reference_calibration_error: float | None
    per_class: tuple[ClassComparison, ...]
    disagreements: tuple[Disagreement, ...]


def compare(
    reference: NDArray[np.float32],
    candidate: NDArray[np.float32],
    truth: NDArray[np.int64] | None,
    *,
    labels: Sequence[str],
    paths: Sequence[str],
    thresholds: Thresholds,
) -> Comparison:
    """The candidate measured against the reference.

    Args:
        reference: probabilities, shape (n, classes).
        candidate: probabilities, shape (n, classes).
        truth: class indices, shape (n,); None where the images have no labels, so that agreement is all there is.
        labels: in class order; where one repeats, the result names its classes with their index.
        paths: of the images, for the list of disagreements.
        thresholds: what the candidate may cost.
    """
    names = class_names(labels)
    reference_top, candidate_top = reference.argmax(axis=1), candidate.argmax(axis=1)
    difference = np.abs(reference - candidate)
    counts = PairedCounts(n=len(reference), agreed=int((reference_top == candidate_top).sum()))
    alone = Comparison(
        n=counts.n,
        top1=None,
        reference_top1=None,
        decision=decide(counts, thresholds),
        largest_probability_difference=float(difference.max()),
        mean_probability_difference=float(difference.mean()),
        calibration_error=None,
        reference_calibration_error=None,
        per_class=(),
        disagreements=_disagreements(reference, candidate, truth, names, paths),
    )
    if truth is None:
        return alone
    before, after = reference_top == truth, candidate_top == truth
    counts = replace(counts, lost=int((before & ~after).sum()), gained=int((after & ~before).sum()))
    return replace(
        alone,
        top1=float(after.mean()),
        reference_top1=float(before.mean()),
        decision=decide(counts, thresholds),
        calibration_error=expected_calibration_error(candidate, truth),
        reference_calibration_error=expected_calibration_error(reference, truth),
        per_class=_per_class(before, after, truth, names),
    )


def expected_calibration_error(probabilities: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """How far stated certainty and accuracy lie apart, 0 to 1.

    Source: Guo et al., On Calibration of Modern Neural Networks, 2017, equation 3, with 15 equal bins.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    bins = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [
        (bins == index).mean() * abs(right[bins == index].mean() - confidence[bins == index].mean())
        for index in np.unique(bins)
    ]
    return float(sum(gaps))


def _per_class(
    reference_right: NDArray[np.bool_],
    candidate_right: NDArray[np.bool_],
    truth: NDArray[np.int64],
    labels: Sequence[str],
) -> tuple[ClassComparison, ...]:
    rows = []
    for index, label in enumerate(labels):
        mine = truth == index
        n = int(mine.sum())
        before = float(reference_right[mine].mean()) if n else 0.0
        after = float(candidate_right[mine].mean()) if n else 0.0
        rows.append(ClassComparison(label, n, before, after, before - after))
    return tuple(rows)


def _disagreements(
    reference: NDArray[np.float32],
    candidate: NDArray[np.float32],
    truth: NDArray[np.int64] | None,
    labels: Sequence[str],
    paths: Sequence[str],
) -> tuple[Disagreement, ...]:
    before, after = reference.argmax(axis=1), candidate.argmax(axis=1)
    differing = np.flatnonzero(before != after)
    certainty = reference[differing, before[differing]] + candidate[differing, after[differing]]
    worst = differing[np.argsort(-certainty, kind="stable")][:WORST_SHOWN]
    return tuple(
        Disagreement(
            paths[i],
            None if truth is None else labels[truth[i]],
            labels[before[i]],
            float(reference[i, before[i]]),
            labels[after[i]],
            float(candidate[i, after[i]]),
        )
        for i in worst
    )
