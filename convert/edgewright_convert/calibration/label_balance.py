"""How the classes share the representative dataset, beside how they share the test split."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from edgewright_runtime.run.splits import SplitRow

NOTICEABLE_DISTANCE = 0.2
"""Total variation distance of two balances, 0 (the same shares) to 1 (no class in common): the share of the images that
would have to change class to make them equal. At a fifth, a class that is half of the test split is down to less than a
third of the representative dataset: the means that INT8 is corrected with are then those of other images."""

_DEVIATIONS = 3.0  # of the statistic above its mean: one draw in 45 gets there with two classes, in 100 with ten


@dataclass(frozen=True)
class LabelBalance:
    """The balance of the representative dataset against that of the test split.

    Attributes:
        distance: total variation distance between the two, 0 to 1.
        train_distance: the same between the whole train split and the test split.
        beyond_chance: whether the train and the test split differ more than blind draws from one set of images do.
        label: the class whose two shares differ the most; of several, one that falls behind.
        share: of it in the representative dataset, 0 to 1.
        test_share: of it in the test split, 0 to 1.
    """

    distance: float
    train_distance: float
    beyond_chance: bool
    label: str
    share: float
    test_share: float

    @property
    def note(self) -> str | None:
        """What the user should know: a phrase with numbers, or None where the balances are near enough.

        The draw gives every class the same number of images, on purpose. A data set whose classes are honestly uneven,
        in the same way in all its splits, is therefore at a distance too, and nothing is wrong with it. What matters is
        a distance that the train split itself has: then it is not the data set that the draw could not follow, but
        another one than the test split was taken from.
        """
        if not self.beyond_chance or min(self.distance, self.train_distance) <= NOTICEABLE_DISTANCE:
            return None
        return (
            f"the representative dataset has another label balance than the test split: {self.label!r} has "
            f"{self.share:.0%} of its images, and {self.test_share:.0%} of the test split's"
        )

    def as_options(self) -> dict[str, Any]:
        """What the manifest keeps of it."""
        return {"distance": round(self.distance, 4), "train_distance": round(self.train_distance, 4)}


def label_balance(
    representative: Iterable[SplitRow], train: Iterable[SplitRow], test: Iterable[SplitRow]
) -> LabelBalance | None:
    """How far the balances of three lists of images are apart; None where the test split has no image."""
    chosen, trained, tested = (Counter(row.label for row in rows) for rows in (representative, train, test))
    if not tested:
        return None
    shares, test_shares = _shares(chosen), _shares(tested)

    def difference(label: str) -> tuple[float, bool]:
        behind = test_shares.get(label, 0.0) - shares.get(label, 0.0)
        return round(abs(behind), 9), behind > 0

    most = max(sorted({*shares, *test_shares}), key=difference)
    return LabelBalance(
        distance=_distance(chosen, tested),
        train_distance=_distance(trained, tested),
        beyond_chance=_beyond_chance(trained, tested),
        label=most,
        share=shares.get(most, 0.0),
        test_share=test_shares.get(most, 0.0),
    )


def _shares(counts: Counter[str]) -> dict[str, float]:
    return {label: count / counts.total() for label, count in counts.items()}


def _distance(one: Counter[str], other: Counter[str]) -> float:
    first, second = _shares(one), _shares(other)
    return sum(abs(first.get(label, 0.0) - second.get(label, 0.0)) for label in {*first, *second}) / 2


def _beyond_chance(one: Counter[str], other: Counter[str]) -> bool:
    """Pearson's chi-squared test of whether both were drawn from one set; a test split of ten images proves little."""
    together = _shares(one + other)
    if len(together) < 2:
        return False
    statistic = sum(
        (counts[label] - share * counts.total()) ** 2 / (share * counts.total())
        for counts in (one, other)
        for label, share in together.items()
    )
    degrees = len(together) - 1
    return statistic > degrees + _DEVIATIONS * math.sqrt(2 * degrees)
