"""The phase that trains the backbone too: fine-tuning, or from scratch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..data.batches import plain_batches
from ..network.network import Network
from ..recipes import FineTunePhase, FullPhase, Recipe
from .augmented_batches import augmented_batches
from .compilation import compile_classifier
from .frozen.examples import examples_in_order, shuffled_examples
from .frozen.lower_layers import LowerLayers
from .layer_rates import layer_factors
from .learning_task import LearningTask
from .pruning import MagnitudePruning, ramp_epochs
from .schedules import ScheduledRate
from .supervising.callbacks import BestWeights
from .supervising.epoch import Epoch
from .supervising.supervision import Supervision


@dataclass(frozen=True)
class _Material:
    """What a phase trains, and on what.

    Attributes:
        model: the network, or its upper part; they share their layers.
        train: a tf.data.Dataset of what the model takes, labels and perhaps weights.
        validation: the same without weights.
    """

    model: Any
    train: Any
    validation: Any


def train_all(
    network: Network,
    task: LearningTask,
    *,
    name: str,
    phase: FullPhase,
    start: Epoch | None = None,
    lower: LowerLayers | None = None,
    supervision: Supervision | None = None,
) -> tuple[Epoch, ...]:
    """The history of a training of every layer that is trainable; the network keeps the best epoch's weights.

    Args:
        network: with the layers that are to stay frozen.
        task: what is learnt.
        name: of the phase, for the history.
        phase: epochs, learning rate and schedule.
        start: the epoch that left the weights as they are; they are kept if none beats it.
        lower: what the frozen lower layers give, from which the layers above are trained; None to compute all in every
            step.
        supervision: what tells and writes down how the training goes.
    """
    supervision = supervision or Supervision()
    material = _of_pixels(network, task, supervision) if lower is None else _of_activations(lower, task, supervision)
    compile_classifier(
        material.model, task.recipe, phase, factors=_factors(network, phase), taught=task.teacher is not None
    )
    supervision.reporter.line(
        f"Training {sum(1 for layer in network.model.layers if layer.trainable and layer.weights)} layers for up to "
        f"{phase.epochs} epoch(s); the first step builds their graph."
    )
    return supervision.fit(
        material.model,
        material.train,
        phase=name,
        epochs=phase.epochs,
        best=_best_weights(task.recipe, phase, start),
        callbacks=_callbacks(task.recipe, phase, steps=len(material.train)),
        validation_data=material.validation,
    )


def _best_weights(recipe: Recipe, phase: FullPhase, start: Epoch | None) -> BestWeights:
    return BestWeights(
        patience=phase.early_stopping_patience,
        monitor=phase.monitor,
        # What the phase starts from, and what it has before it is as sparse as it is to be, is no candidate.
        start=None if start is None or recipe.pruning.sparsity > 0 else getattr(start, phase.monitor),
        first_epoch=ramp_epochs(recipe.pruning, phase.epochs),
    )


def _callbacks(recipe: Recipe, phase: FullPhase, *, steps: int) -> list[Any]:
    """What happens at every step: another rate, and where the recipe says so fewer weights."""
    rate = ScheduledRate(phase, steps=steps)
    if recipe.pruning.sparsity == 0:
        return [rate]
    return [rate, MagnitudePruning(recipe.pruning, epochs=phase.epochs, steps=steps)]


def _of_pixels(network: Network, task: LearningTask, supervision: Supervision) -> _Material:
    train = augmented_batches(task, classes=network.classes, clock=supervision.clock)
    size = task.recipe.batch_size
    validation = plain_batches(task.pixels, "val", batch_size=size, classes=network.classes)
    return _Material(network.model, train, validation)


def _of_activations(lower: LowerLayers, task: LearningTask, supervision: Supervision) -> _Material:
    """Each epoch shows one view of each image, in turn and in an order of its own."""
    size = task.recipe.batch_size
    train = shuffled_examples(lower.train, batch_size=size, seed=task.seed, views=lower.views, clock=supervision.clock)
    return _Material(lower.cut.upper, train, examples_in_order(lower.validation, batch_size=size))


def _factors(network: Network, phase: FullPhase) -> dict[str, float]:
    """Of the rates of the backbone's variables, where the phase has any but 1."""
    decay = phase.layer_decay if isinstance(phase, FineTunePhase) else 1.0
    return {} if decay == 1 else layer_factors(network.blocks, decay)
