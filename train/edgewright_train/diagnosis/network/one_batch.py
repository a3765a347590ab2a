"""Whether the network can learn a single batch by heart."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ..finding import ERROR, Finding
from .rates import head_trials, range_tests
from .seen import NetworkSeen
from .trial import Learned, Trials

_IMAGES, _STEPS, _STEPS_OF_ALL, _SECONDS = 32, 120, 60, 60.0
_ENOUGH = 0.8
_OF_GUESSING = 0.85  # share of the loss of guessing


def one_batch(seen: NetworkSeen) -> Iterator[Finding]:
    """What cannot learn 32 images by heart at any rate is held back by something."""
    if not np.isfinite(seen.features).all():
        return
    if seen.from_scratch:
        trials = Trials(
            seen.network.model, seen.recipe, seen.recipe.from_scratch, seen.images[:_IMAGES], seen.labels[:_IMAGES]
        )
        rates, steps = [test.best.rate for test in range_tests(seen)], _STEPS_OF_ALL
    else:
        trials = head_trials(seen)
        rates, steps = [3e-3, 3e-2], _STEPS
    batch = min(_IMAGES, len(seen.images))
    # A penalty that is stronger than the loss keeps all weights, and with them the loss, where they know nothing.
    enough = Learned(
        accuracy=max(_ENOUGH, min(2 * float(seen.labels.mean(axis=0).max()), 0.95)),
        loss=_OF_GUESSING * math.log(len(seen.names)),
    )
    tried = []
    for rate in rates:
        tried.append(trials.run(rate, steps=steps, batch=batch, seconds=_SECONDS, until=enough))
        if tried[-1].accuracy >= enough.accuracy and tried[-1].last <= enough.loss:
            return
    best = max(tried, key=lambda each: each.accuracy)
    if best.steps < steps and np.isfinite(best.last):
        return  # the machine is too slow to say
    head = seen.recipe.head
    yield Finding(
        "cannot_overfit_one_batch",
        ERROR,
        f"The {'network' if seen.from_scratch else 'head'} cannot learn even one batch by heart.",
        f"After {best.steps} steps on the same {batch} images it is right on {best.accuracy:.0%} of them (learning "
        "rate "
        f"{best.rate:.2g}; loss {best.first:.3g}, then {best.last:.3g}).",
        f"Take away what holds it back in the recipe's [head]: l2 ({head.l2:g}), dropout ({head.dropout:g}), "
        f"layer_dropout ({head.layer_dropout:g}), few units in layers ({', '.join(map(str, head.layers)) or 'none'}).",
    )
