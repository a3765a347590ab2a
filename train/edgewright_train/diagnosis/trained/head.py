"""The head's weights after a training."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..finding import ERROR, WARNING, Finding
from .answers import one_answer
from .seen import TrainingSeen

_UNMOVED = 0.003
"""Change of the head's kernels in a training, against their size: a hundred steps at any useful rate exceed it."""

_SILENT = 0.7


def frozen_head(seen: TrainingSeen) -> Iterator[Finding]:
    """A head that was not trained, or not noticeably."""
    head, moved = seen.head, _moved(seen)
    evidence = f"Its kernels have changed by {moved:.2g} of their size" if moved is not None else "It has no kernel"
    if head.trainable == 0:
        yield Finding(
            "frozen_head",
            ERROR,
            "The head is frozen: none of its weights can be trained.",
            f"{evidence}, and none of its {len(head.after)} variables is trainable.",
            "Set trainable = True on the head's layers (network.head) before the training.",
        )
    elif moved is not None and moved < _UNMOVED:
        yield Finding(
            "learning_rate_too_low",
            ERROR,
            "The head has all but its first weights: the training has not moved it.",
            f"{evidence} in {len(seen.epochs)} epochs; {head.trainable} of its variables could be trained.",
            "Raise learning_rate and epochs in the recipe's [head_phase]; edgewright doctor suggests a rate.",
        )


def dead_head(seen: TrainingSeen) -> Iterator[Finding]:
    """A head whose answers do not depend on the image, or most of whose units are silent."""
    test = seen.held_out["test"]
    yield from one_answer(test.probabilities, test.classes, seen.names)
    for layer, share in seen.head.silent.items():
        if share >= _SILENT:
            yield Finding(
                "dead_units",
                WARNING,
                f"Most units of the head's layer {layer} are dead: they fire for no image.",
                f"{share:.0%} of them are silent on all {sum(len(each.classes) for each in seen.held_out.values())} "
                f"held-out images.",
                'Lower learning_rate in the recipe\'s [head_phase], or set activation = "leaky_relu" in [head].',
            )


def _moved(seen: TrainingSeen) -> float | None:
    before, after = seen.head.before, seen.head.after
    kernels = (
        [(one, two) for one, two in zip(before or (), after, strict=before is not None) if one.ndim > 1]
        if before is not None
        else []
    )
    if not kernels:
        return None
    change = sum(float(np.square(two - one).sum()) for one, two in kernels)
    size = sum(float(np.square(one).sum()) for one, _ in kernels)
    return float(np.sqrt(change / max(size, 1e-12)))
