"""The phase that trains the backbone too: fine-tuning, or from scratch."""

from __future__ import annotations

from ..data.batches import plain_batches
from ..data.pixels import Pixels
from ..network.network import Network
from ..recipes import FineTunePhase, FullPhase, Recipe
from .callbacks import BestWeights
from .compilation import compile_classifier
from .distillation import taught_batches
from .epoch import Epoch
from .layer_rates import layer_factors
from .pruning import MagnitudePruning, ramp_epochs
from .schedules import ScheduledRate
from .supervision import Supervision
from .teaching import Teacher


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
        supervision: what tells and writes down how the training goes.
        teacher: whose answers are learnt from too.
    """
    supervision = supervision or Supervision()
    classes = network.classes
    train = taught_batches(
        pixels,
        teacher,
        batch_size=recipe.batch_size,
        augmentation=recipe.augmentation,
        classes=classes,
        seed=seed,
        balance=recipe.balance,
        class_weight=class_weight,
        clock=supervision.clock,
    )
    pruned = recipe.pruning.sparsity > 0
    best = BestWeights(
        patience=phase.early_stopping_patience,
        monitor=phase.monitor,
        # What the phase starts from, and what it has before it is as sparse as it is to be, is no candidate.
        start=None if start is None or pruned else getattr(start, phase.monitor),
        first_epoch=ramp_epochs(recipe.pruning, phase.epochs),
    )
    compile_classifier(network.model, recipe, phase, factors=_factors(network, phase), taught=teacher is not None)
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
        callbacks=[
            ScheduledRate(phase, steps=len(train)),
            *([MagnitudePruning(recipe.pruning, epochs=phase.epochs, steps=len(train))] if pruned else []),
        ],
        validation_data=plain_batches(pixels, "val", batch_size=recipe.batch_size, classes=classes),
    )


def _factors(network: Network, phase: FullPhase) -> dict[str, float]:
    """Of the rates of the backbone's variables, where the phase has any but 1."""
    decay = phase.layer_decay if isinstance(phase, FineTunePhase) else 1.0
    return {} if decay == 1 else layer_factors(network.blocks, decay)
