"""The phase that trains the backbone too: fine-tuning, or from scratch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..data.batches import plain_batches
from ..data.pixels import Pixels
from ..network.network import Network
from ..recipes import FineTunePhase, FullPhase, Recipe
from .augmented_batches import augmented_batches
from .compilation import compile_classifier
from .frozen.examples import examples_in_order, shuffled_examples
from .frozen.lower_layers import LowerLayers
from .layer_rates import layer_factors
from .pruning import MagnitudePruning, ramp_epochs
from .schedules import ScheduledRate
from .supervising.callbacks import BestWeights
from .supervising.epoch import Epoch
from .supervising.supervision import Supervision
from .teaching import Teacher


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
    pixels: Pixels,
    *,
    name: str,
    phase: FullPhase,
    recipe: Recipe,
    class_weight: dict[int, float] | None,
    seed: int,
    start: Epoch | None = None,
    lower: LowerLayers | None = None,
    supervision: Supervision | None = None,
    teacher: Teacher | None = None,
) -> tuple[Epoch, ...]:
    """The history of a training of every layer that is trainable; the network keeps the best epoch's weights.

    Args:
        network: with the layers that are to stay frozen.
        pixels: decoded images.
        name: of the phase, for the history.
        phase: epochs, learning rate and schedule.
        recipe: everything else.
        class_weight: factor of each class's loss.
        seed: of shuffling and augmentation.
        start: the epoch that left the weights as they are; they are kept if none beats it.
        lower: what the frozen lower layers give, from which the layers above are trained; None to compute all in every
            step.
        supervision: what tells and writes down how the training goes.
        teacher: whose answers are learnt from too.
    """
    supervision = supervision or Supervision()
    pruned = recipe.pruning.sparsity > 0
    best = BestWeights(
        patience=phase.early_stopping_patience,
        monitor=phase.monitor,
        # What the phase starts from, and what it has before it is as sparse as it is to be, is no candidate.
        start=None if start is None or pruned else getattr(start, phase.monitor),
        first_epoch=ramp_epochs(recipe.pruning, phase.epochs),
    )
    material = (
        _of_pixels(network, pixels, recipe, class_weight, seed, supervision, teacher)
        if lower is None
        else _of_activations(lower, recipe, seed, supervision)
    )
    taught, steps = teacher is not None, len(material.train)
    compile_classifier(material.model, recipe, phase, factors=_factors(network, phase), taught=taught)
    supervision.reporter.line(
        f"Training {sum(1 for layer in network.model.layers if layer.trainable and layer.weights)} layers for up to "
        f"{phase.epochs} epoch(s); the first step builds their graph."
    )
    return supervision.fit(
        material.model,
        material.train,
        phase=name,
        epochs=phase.epochs,
        best=best,
        callbacks=[
            ScheduledRate(phase, steps=steps),
            *([MagnitudePruning(recipe.pruning, epochs=phase.epochs, steps=steps)] if pruned else []),
        ],
        validation_data=material.validation,
    )


def _of_pixels(
    network: Network,
    pixels: Pixels,
    recipe: Recipe,
    class_weight: dict[int, float] | None,
    seed: int,
    supervision: Supervision,
    teacher: Teacher | None,
) -> _Material:
    train = augmented_batches(
        pixels,
        recipe=recipe,
        classes=network.classes,
        class_weight=class_weight,
        seed=seed,
        clock=supervision.clock,
        teacher=teacher,
    )
    validation = plain_batches(pixels, "val", batch_size=recipe.batch_size, classes=network.classes)
    return _Material(network.model, train, validation)


def _of_activations(lower: LowerLayers, recipe: Recipe, seed: int, supervision: Supervision) -> _Material:
    """Each epoch shows one view of each image, in turn and in an order of its own."""
    size = recipe.batch_size
    train = shuffled_examples(lower.train, batch_size=size, seed=seed, views=lower.views, clock=supervision.clock)
    return _Material(lower.cut.upper, train, examples_in_order(lower.validation, batch_size=size))


def _factors(network: Network, phase: FullPhase) -> dict[str, float]:
    """Of the rates of the backbone's variables, where the phase has any but 1."""
    decay = phase.layer_decay if isinstance(phase, FineTunePhase) else 1.0
    return {} if decay == 1 else layer_factors(network.blocks, decay)
