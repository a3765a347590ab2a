"""The phase that trains the backbone too: fine-tuning, or from scratch."""

from __future__ import annotations

import math

from ..data.batches import plain_batches, training_batches
from ..data.pixels import Pixels
from ..network.network import Network
from ..recipes import FullPhase, Recipe
from .callbacks import BestWeights
from .epoch import Epoch
from .optimiser import compile_classifier, rate_of, schedule_callbacks
from .supervision import Supervision


def train_all(
    network: Network,
    pixels: Pixels,
    *,
    name: str,
    phase: FullPhase,
    recipe: Recipe,
    class_weight: dict[int, float] | None,
    seed: int,
    start_val_loss: float = math.inf,
    supervision: Supervision | None = None,
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
        start_val_loss: of the weights as they are; kept if no epoch beats it.
        supervision: what tells and writes down how the training goes.
    """
    supervision = supervision or Supervision()
    classes = network.classes
    train = training_batches(
        pixels,
        batch_size=recipe.batch_size,
        augmentation=recipe.augmentation,
        classes=classes,
        seed=seed,
        clock=supervision.clock,
    )
    best = BestWeights(patience=phase.early_stopping_patience, start=start_val_loss)
    rate = rate_of(phase, steps=phase.epochs * len(train))
    compile_classifier(network.model, recipe, phase, rate=rate)
    supervision.reporter.line(
        f"Training {sum(1 for layer in network.model.layers if layer.trainable and layer.weights)} layers for up to "
        f"{phase.epochs} epoch(s); the first step builds the training graph, which takes about half a minute."
    )
    return supervision.fit(
        network.model,
        train,
        phase=name,
        epochs=phase.epochs,
        best=best,
        callbacks=schedule_callbacks(phase),
        validation_data=plain_batches(pixels, "val", batch_size=recipe.batch_size, classes=classes),
        class_weight=class_weight,
    )
