"""What the frozen lower layers give for some views of each image: computed once, and what both phases go on from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from edgewright_runtime.console import Reporter

from ...network.cut import Cut
from ...network.network import Network
from ..learning_task import LearningTask
from .caching_rule import frozen_layers
from .computed_examples import compiled
from .examples import Examples
from .examples_of_splits import examples_of_splits


@dataclass(frozen=True)
class LowerLayers:
    """The network cut in two, and what its lower part gives.

    Attributes:
        cut: the two parts.
        views: how many of each image there are.
        train: activations of the training split, in float16, one view behind the other.
        validation: those of the validation split.
    """

    cut: Cut
    views: int
    train: Examples
    validation: Examples

    def of_views(self, count: int) -> Examples:
        """The training split's activations, the first views alone."""
        return self.train.first(count * len(self.train.features) // self.views)


@contextlib.contextmanager
def lower_layers(network: Network, task: LearningTask, *, reporter: Reporter) -> Iterator[LowerLayers | None]:
    """The activations that the recipe's phases share, which go away with the block; None where they do not pay.

    Images are augmented and mixed before, so that labels and weights are those of mixed images.

    Args:
        network: with the layers frozen that phase 2 leaves so.
        task: what is learnt; its recipe has the number of views.
        reporter: what is told what is done, and how far it is.

    Raises:
        EdgewrightError: there is no room on the disk.
    """
    phase = task.recipe.fine_tune
    decision = frozen_layers(network, task.pixels, phase, balance=task.recipe.balance)
    if decision.told:
        reporter.line(decision.told)
    if decision.cut is None:
        yield None
        return
    views = int(phase.views)
    with examples_of_splits(
        compiled(decision.cut.lower),
        task,
        classes=network.classes,
        views=views,
        reporter=reporter,
        told=("lower layers, augmented views", "lower layers, validation split"),
        kept_as=np.float16,
    ) as (train, validation):
        yield LowerLayers(decision.cut, views, train, validation)
