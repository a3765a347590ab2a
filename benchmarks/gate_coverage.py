"""How often the gate is wrong, by drawing test sets from populations whose truth is known.

    python benchmarks/gate_coverage.py

Each row is a population: a candidate that drops by exactly the limit or by half a point more, and disagrees with the
float model on a given share of images. "passed" is how often it passed although it drops by the limit or more: at most
5 % at 95 % confidence; "unlabelled" is the same where nobody labelled the images. "covered" is how often the printed
interval of the drop held the true drop.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from edgewright_runtime.evaluation.gate import PairedCounts, Thresholds, drop_interval, verdict_at

SIZES = (150, 299, 312, 474, 600, 1200, 3000)
"""Where no label differs a pass takes 299 images; 474 where one does, and the images have no labels."""
DISAGREEMENTS = (0.0, 0.005, 0.02, 0.04)
"""Share of images on which the labels differ beyond those that make the drop; half of them lost, half gained."""


@dataclass(frozen=True)
class Row:
    """What the gate did with many test sets of one population; shares from 0 to 1."""

    n: int
    drop: float
    disagreement: float
    passed: float
    failed: float
    covered: float
    passed_unlabelled: float


def row(n: int, *, drop: float, more: float, draws: int, seed: int, thresholds: Thresholds | None = None) -> Row:
    """The row of test sets of n images from a population.

    Args:
        n: images in each test set.
        drop: the candidate's true drop, 0 to 1.
        more: share of images on which the labels differ besides.
        draws: test sets.
        seed: of the draws.
        thresholds: of the gate.
    """
    limits = thresholds or Thresholds()
    lost, gained = drop + more / 2, more / 2
    counts = np.random.default_rng(seed).multinomial(n, [lost, gained, 1 - lost - gained], draws)
    distinct, times = np.unique(counts, axis=0, return_counts=True)
    shares = dict.fromkeys(("pass", "fail", "inconclusive", "covered", "unlabelled pass"), 0.0)
    for (less, plus, same), weight in zip(distinct.tolist(), (times / draws).tolist(), strict=True):
        pair = PairedCounts(n, same, less, plus)
        low, high = drop_interval(pair, 1.0, limits)
        shares[verdict_at(pair, 1.0, limits)] += weight
        shares["covered"] += weight * (low <= drop <= high)
        shares["unlabelled pass"] += weight * (verdict_at(PairedCounts(n, same), 1.0, limits) == "pass")
    return Row(
        n=n,
        drop=drop,
        disagreement=lost + gained,
        passed=shares["pass"],
        failed=shares["fail"],
        covered=shares["covered"],
        passed_unlabelled=shares["unlabelled pass"],
    )


def main() -> None:
    print(
        f"{'images':>6s} {'true drop':>9s} {'disagree':>9s} {'passed':>7s} {'failed':>7s} {'covered':>8s} "
        f"{'unlabelled':>10s}"
    )
    limit = Thresholds().max_drop
    for n, more, extra in itertools.product(SIZES, DISAGREEMENTS, (0.0, 0.005)):
        found = row(n, drop=limit + extra, more=more, draws=20_000, seed=0)
        print(
            f"{n:6d} {found.drop:9.3%} {found.disagreement:9.2%} {found.passed:7.2%} {found.failed:7.2%} "
            f"{found.covered:8.2%} {found.passed_unlabelled:10.2%}"
        )


if __name__ == "__main__":
    main()
