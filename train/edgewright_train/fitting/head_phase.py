"""Phase 1: the head, trained on features that the frozen backbone computes once per augmented view."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import keras

from edgewright_runtime.console import Reporter

from ..network.network import Network
from ..recipes import Recipe
from .compilation import compile_classifier
from .distillation import blended
from .frozen.computed_examples import compiled, passed_on
from .frozen.examples import Examples, examples_in_order, shuffled_examples
from .frozen.examples_of_splits import examples_of_splits
from .frozen.lower_layers import LowerLayers
from .learning_task import LearningTask
from .logistic_regression import DenseLayer, regressions
from .losses import made_loss
from .schedules import ScheduledRate
from .supervising.best_epoch import best_of
from .supervising.callbacks import BestWeights
from .supervising.epoch import Epoch
from .supervising.supervision import Supervision

_BATCH = 64


@dataclass(frozen=True)
class HeadResult:
    """What phase 1 left.

    Attributes:
        epochs: its history.
        best: the one whose weights the head has now.
    """

    epochs: tuple[Epoch, ...]
    best: Epoch


def train_head(
    network: Network,
    task: LearningTask,
    *,
    lower: LowerLayers | None = None,
    supervision: Supervision | None = None,
) -> HeadResult:
    """The history of a training after which the network's head fits the frozen backbone's features.

    One epoch goes once over all views of all images; with the solver `logistic_regression` it is one strength of the
    penalty.

    Args:
        network: whose backbone computes the features.
        task: what is learnt; its recipe has the number of views.
        lower: what the backbone's lower layers give for as many views or more, where that is known already: with a
            teacher's answers, where there is one.
        supervision: what tells and writes down how the training goes.
    """
    supervision = supervision or Supervision()
    phase = task.recipe.head_phase
    with _features(network, task, lower, supervision.reporter) as (train, validation):
        epochs = _SOLVERS[phase.solver](network, train, validation, task.recipe, task.seed, supervision)
    return HeadResult(epochs, best_of(epochs, phase.monitor))


@contextlib.contextmanager
def _features(
    network: Network, task: LearningTask, lower: LowerLayers | None, reporter: Reporter
) -> Iterator[tuple[Examples, Examples]]:
    """The features of the training split's views and of the validation split."""
    views = task.recipe.head_phase.views
    if lower is not None and views <= lower.views:
        compute = compiled(lower.cut.features)
        yield passed_on(compute, lower.of_views(views)), passed_on(compute, lower.validation)
        return
    with examples_of_splits(
        compiled(network.features),
        task,
        classes=network.classes,
        views=views,
        reporter=reporter,
        told=("features of augmented views", "features of the validation split"),
    ) as examples:
        yield examples


def _by_gradients(
    network: Network, train: Examples, validation: Examples, recipe: Recipe, seed: int, supervision: Supervision
) -> tuple[Epoch, ...]:
    phase = recipe.head_phase
    # A model of the network's own head layers, so that what it learns is the network's.
    head = keras.Sequential([keras.Input((train.features.shape[1],)), *network.head])
    compile_classifier(head, recipe, phase, taught=train.labels.shape[1] > network.classes)
    best = BestWeights(patience=phase.early_stopping_patience, monitor=phase.monitor)
    batches = shuffled_examples(train, batch_size=_BATCH, seed=seed, clock=supervision.clock)
    return supervision.fit(
        head,
        batches,
        phase="head",
        epochs=phase.epochs,
        best=best,
        callbacks=[ScheduledRate(phase, steps=len(batches))],
        validation_data=examples_in_order(validation, batch_size=_BATCH),
    )


def _by_logistic_regression(
    network: Network,
    train: Examples,
    validation: Examples,
    recipe: Recipe,
    seed: int,  # noqa: ARG001  the table's functions are called alike
    supervision: Supervision,
) -> tuple[Epoch, ...]:
    if train.labels.shape[1] > network.classes:
        train = replace(train, labels=blended(train.labels, recipe.distillation))
    found: list[tuple[Epoch, DenseLayer]] = []
    for epoch, layer in regressions(train, validation, loss_of=_loss_of(recipe)):
        found.append((epoch, layer))
        supervision.reporter.line(
            f"head, logistic regression {epoch.epoch}: loss {epoch.loss:.3f}, accuracy {epoch.accuracy:.3f}, "
            f"val_loss {epoch.val_loss:.3f}, val_accuracy {epoch.val_accuracy:.3f}  ({epoch.seconds:.1f} s)"
        )
    epochs = tuple(epoch for epoch, _ in found)
    chosen = dict(found)[best_of(epochs, recipe.head_phase.monitor)]
    network.head[-1].set_weights([chosen.kernel, chosen.bias])
    supervision.record(epochs)
    return epochs


def _loss_of(recipe: Recipe) -> Callable[[Any, Any, Any], float]:
    loss = made_loss(recipe.loss)
    return lambda labels, probabilities, weights: float(loss(labels, probabilities, sample_weight=weights))


_SOLVERS: dict[str, Callable[[Network, Examples, Examples, Recipe, int, Supervision], tuple[Epoch, ...]]] = {
    "gradient": _by_gradients,
    "logistic_regression": _by_logistic_regression,
}
