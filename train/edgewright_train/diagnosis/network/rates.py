"""The learning rates of a recipe's phases, each compared with others by a few steps of training."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from ...network.network import freeze_for_fine_tuning, prepare_for_scratch
from ...recipes import Phase
from ..finding import ERROR, WARNING, Finding
from .seen import NetworkSeen
from .trial import Trials, Tried

_BATCH = 64  # as the head phase has it
_STEPS, _STEPS_OF_ALL = 30, 16
_GRID = tuple(float(f"{10 ** (step / 2):.1g}") for step in range(-10, 2))
"""Rates that the head is tried at, besides the recipe's: 0.00001 to 3."""

_GRID_OF_ALL = (1.0, 0.1, 1e-2, 1e-3)
_SECONDS_OF_ALL = 40.0
"""For the trials with the backbone in the loop, each; a slow machine does fewer steps."""

_AS_GOOD = 0.05
"""Share of what the best rate learns that a lower one may lack; between the two only chance decides."""

_TOO_SLOW = 0.1
"""Share of what the best rate learns, below which nothing is learned in the epochs that there are."""


@dataclass(frozen=True)
class RangeTest:
    """Where learning rates lead.

    Attributes:
        phase: `head`, `fine_tune` or `from_scratch`.
        rate: the recipe's.
        tried: one for each rate, the lowest first; `rate` is among them.
        still: the same steps at a rate of 0, by which dropout and the batches drawn are told from learning; None where
            a step is too long for it.
    """

    phase: str
    rate: float
    tried: tuple[Tried, ...]
    still: Tried | None = None

    @property
    def best(self) -> Tried:
        """The trial with the lowest loss."""
        return min(self.tried, key=lambda each: each.last)

    @property
    def as_good(self) -> Tried:
        """The trial with the lowest rate of those that learn nearly as much as the best."""
        enough = self.best.last + _AS_GOOD * max(_learned(self.best, self), 0.0)
        return next(each for each in self.tried if each.last <= enough)

    @property
    def suggested(self) -> float:
        """A third of the lowest rate that learns nearly as much as the best, rounded to one digit.

        The recipe's own where it leads down, so that no other was tried.
        """
        if len(self.tried) == 1:
            return self.rate
        return float(f"{self.as_good.rate / 3:.0e}")

    def at(self, rate: float) -> Tried:
        """The trial at the nearest rate."""
        return min(self.tried, key=lambda each: abs(math.log(each.rate / rate)))


def learning_rate(seen: NetworkSeen) -> Iterator[Finding]:
    """Rates at which a phase does worse than its start, or learns nothing in the epochs that it has."""
    for test in range_tests(seen):
        if _too_high(test, len(seen.names)):
            yield _high(test)
        elif test.phase != "fine_tune" and _too_low(test, _steps_of(seen, test.phase)):
            yield _low(test, _steps_of(seen, test.phase))


@lru_cache(maxsize=2)
def range_tests(seen: NetworkSeen) -> tuple[RangeTest, ...]:
    """Of each phase that follows a learning rate; empty where features are no numbers."""
    if not np.isfinite(seen.features).all():
        return ()
    recipe, tests = seen.recipe, []
    if seen.from_scratch:
        prepare_for_scratch(seen.network)
        return (_of_all(seen, "from_scratch", recipe.from_scratch),)
    trials = head_trials(seen)
    grid = sorted({recipe.head_phase.learning_rate, *_GRID})
    of_head = RangeTest(
        "head",
        recipe.head_phase.learning_rate,
        tuple(trials.run(rate, steps=_STEPS, batch=_BATCH) for rate in grid),
        still=trials.run(0.0, steps=_STEPS, batch=_BATCH),
    )
    if recipe.head_phase.epochs and recipe.head_phase.solver == "gradient":
        tests.append(of_head)
    if recipe.fine_tune.epochs:
        before = seen.network.model.get_weights()
        trials.keep(of_head.best.rate / 3, steps=2 * _STEPS, batch=_BATCH)
        freeze_for_fine_tuning(seen.network, recipe.fine_tune.unfreeze_layers)
        tests.append(_of_all(seen, "fine_tune", recipe.fine_tune))
        seen.network.model.set_weights(before)
    return tuple(tests)


def head_trials(seen: NetworkSeen) -> Trials:
    """Trials of the head alone, on the features of the sample."""
    head = keras.Sequential([keras.Input(seen.features.shape[1:]), *seen.network.head])
    return Trials(head, seen.recipe, seen.recipe.head_phase, seen.features, seen.labels)


def _of_all(seen: NetworkSeen, name: str, phase: Phase) -> RangeTest:
    model: Any = seen.network.model
    trials, batch = Trials(model, seen.recipe, phase, seen.images, seen.labels), min(seen.recipe.batch_size, 32)
    tried: list[Tried] = []
    for factor in _GRID_OF_ALL:
        rate = phase.learning_rate * factor
        tried.append(trials.run(rate, steps=_STEPS_OF_ALL, batch=batch, seconds=_SECONDS_OF_ALL))
        # A rate that leads down needs no other beside it; one that does not is compared with lower ones.
        if tried[-1].last <= max(tried[-1].first, 0.5 * math.log(len(seen.names))):
            break
    if name == "from_scratch" and len(tried) == 1:
        tried.append(trials.run(phase.learning_rate * 100, steps=_STEPS_OF_ALL, batch=batch, seconds=_SECONDS_OF_ALL))
    return RangeTest(name, phase.learning_rate, tuple(sorted(tried, key=lambda each: each.rate)))


def _too_high(test: RangeTest, classes: int) -> bool:
    own, lower = test.at(test.rate), [each for each in test.tried if each.rate < test.rate]
    if not lower:
        return False
    best = min(each.last for each in lower)
    chance = math.log(classes)
    return own.last > 1.5 * max(chance, best) or own.last > max(4 * best, 0.5 * chance)


def _too_low(test: RangeTest, steps: int) -> bool:
    own = test.at(test.rate)
    # What many steps at a low rate come to, a few at a rate that is as many times higher do too.
    ahead = test.rate * max(steps / max(own.steps, 1), 1.0)
    reached = max(_learned(each, test) for each in test.tried if test.rate <= each.rate <= 1.01 * ahead)
    return reached < _TOO_SLOW * _learned(test.best, test)


def _learned(tried: Tried, test: RangeTest) -> float:
    return (tried.first if test.still is None else test.still.last) - tried.last


def _steps_of(seen: NetworkSeen, phase: str) -> int:
    images = len(seen.pixels.places["train"])
    if phase == "head":
        return seen.recipe.head_phase.epochs * -(-images * seen.recipe.head_phase.views // _BATCH)
    return int(getattr(seen.recipe, phase).epochs) * -(-images // seen.recipe.batch_size)


def _high(test: RangeTest) -> Finding:
    own, best = test.at(test.rate), test.best
    return Finding(
        "learning_rate_too_high",
        ERROR,
        f"The learning rate of {test.phase} is too high.",
        f"At {test.rate:.3g} the loss is {own.last:.3g} after {own.steps} steps, and was {own.first:.3g} at the start; "
        f"at {best.rate:.3g} it is {best.last:.3g}.",
        f"Set learning_rate = {test.suggested:g} in the recipe's [{test.phase}{_TABLE[test.phase]}].",
    )


def _low(test: RangeTest, steps: int) -> Finding:
    own, best = test.at(test.rate), test.best
    return Finding(
        "learning_rate_too_low",
        WARNING,
        f"The learning rate of {test.phase} is too low to learn anything in its epochs.",
        f"At {test.rate:.3g} the loss goes from {own.first:.3g} to {own.last:.3g} in {own.steps} steps, of {steps} "
        "that "
        f"the recipe has; at {best.rate:.3g} it comes to {best.last:.3g}.",
        f"Set learning_rate = {test.suggested:g} in the recipe's [{test.phase}{_TABLE[test.phase]}].",
    )


_TABLE = {"head": "_phase", "fine_tune": "", "from_scratch": ""}
"""What a phase's name lacks of its table's in a recipe."""


def rates_to_dict(tests: Sequence[RangeTest]) -> list[dict[str, Any]]:
    """What `edgewright doctor --json` says of them."""
    return [
        {
            "phase": test.phase,
            "learning_rate": test.rate,
            "suggested": test.suggested,
            "losses": {
                f"{each.rate:.3g}": round(each.last, 4) if math.isfinite(each.last) else None for each in test.tried
            },
        }
        for test in tests
    ]
