"""How far a correction is, and how long it will still take, as a phrase for a status line."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from .correction_steps import CorrectionSteps, Decision

_KERNELS = 6.0
"""How many times as long as correcting biases fitting kernels takes, with comparing the file; 4 to 8 were seen."""

_FROM_SHARE = 0.05
"""Of the work; before it is done, nothing can be told from the time it took."""


class CorrectionProgress:
    """Counts candidates and the layers of each.

    Args:
        say: is given the phrase.
        decisions: that are to be made.
        clock: gives seconds.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        decisions: Sequence[Decision],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say, self._clock, self._began = say, clock, clock()
        self._costs = _costs(decisions)
        self._done, self._number, self._cost, self._what = 0.0, 0, 0.0, ""

    def candidate(self, steps: CorrectionSteps) -> None:
        """A candidate is begun; the one before it is done."""
        self._done += self._cost
        self._number += 1
        self._cost = _cost(steps)
        self._what = f"{self._number} of {len(self._costs)}: {steps}"
        self.layer(0, 1)

    def layer(self, done: int, total: int) -> None:
        """So many of the candidate's layers are done."""
        share = min(1.0, (self._done + self._cost * done / total) / sum(self._costs))
        self._say(self._what + (f", {self._left(share)} left" if share >= _FROM_SHARE else ""))

    def _left(self, share: float) -> str:
        seconds = (self._clock() - self._began) * (1 - share) / share
        return f"about {max(1, round(seconds / 10)) * 10} s" if seconds < 90 else f"about {round(seconds / 60)} min"


def _costs(decisions: Sequence[Decision]) -> list[float]:
    """Of the candidates that will be tried, whatever is decided: what follows a fitted kernel is fitted too."""
    steps = CorrectionSteps()
    costs = [_cost(steps)]
    for decision in decisions:
        alternatives = decision.alternatives(steps)
        costs += [_cost(each) for each in alternatives]
        steps = alternatives[0]
    return costs


def _cost(steps: CorrectionSteps) -> float:
    return _KERNELS if steps.fits_kernels else 1.0
